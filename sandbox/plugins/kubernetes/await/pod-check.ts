import { isMap } from "../../shared/values.ts";
import type { Plain } from "../../shared/values.ts";
import type { Severity } from "../../shared/engine-log.ts";
import { at, list, nameOf, namespaceOf, number, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";

/** Something to say about an object. */
export interface Message {
  readonly severity: Severity;
  readonly text: string;
}

/** One thing that has to be true of an object to be ready. */
export interface CheckResult {
  readonly ok: boolean;
  /** What is waited for. */
  readonly description: string;
  /** Why it is not so. */
  readonly message?: Message;
}

/** `namespace/name`, or the name alone in the namespace `default`. */
export const qualifiedName = (object: KubernetesObject) =>
  ["", "default"].includes(namespaceOf(object)) ? nameOf(object) : `${namespaceOf(object)}/${nameOf(object)}`;

const conditionOf = (pod: KubernetesObject, type: string) =>
  list(pod, "status", "conditions").find((condition) => text(condition, "type") === type);

/**
 * Looks at a pod: is it scheduled, initialized, ready? Stops at the first "no".
 * The wording is pulumi-kubernetes' (`provider/pkg/await/checker/pod`).
 */
export function checkPod(pod: KubernetesObject): { ready: boolean; results: CheckResult[] } {
  const results: CheckResult[] = [];
  for (const check of [scheduled, initialized, ready]) {
    const result = check(pod);
    results.push(result);
    if (!result.ok) return { ready: false, results };
  }
  return { ready: true, results };
}

/** What is wrong with a pod, as warnings and errors. */
export const podProblems = (pod: KubernetesObject): Message[] =>
  checkPod(pod)
    .results.flatMap((result) => (result.message === undefined ? [] : [result.message]))
    .filter((message) => message.severity === "warning" || message.severity === "error");

function scheduled(pod: KubernetesObject): CheckResult {
  const description = `Waiting for Pod "${qualifiedName(pod)}" to be scheduled`;
  const condition = conditionOf(pod, "PodScheduled");
  if (text(condition, "status") === "True") return { ok: true, description };
  const message = text(condition, "reason") === "" ? "" : text(condition, "message");
  return message === ""
    ? { ok: false, description }
    : { ok: false, description, message: { severity: "info", text: message } };
}

function initialized(pod: KubernetesObject): CheckResult {
  const description = `Waiting for Pod "${qualifiedName(pod)}" to be initialized`;
  return conditionResult(pod, "Initialized", description, false);
}

function ready(pod: KubernetesObject): CheckResult {
  const description = `Waiting for Pod "${qualifiedName(pod)}" to be ready`;
  return conditionResult(pod, "Ready", description, text(pod, "status", "phase") === "Succeeded");
}

function conditionResult(pod: KubernetesObject, type: string, description: string, done: boolean): CheckResult {
  const condition = conditionOf(pod, type);
  if (condition === undefined) return { ok: false, description };
  if (text(condition, "status") === "True" || done) return { ok: true, description };
  const problems = list(pod, "status", "containerStatuses").flatMap(containerProblems);
  const message = text(condition, "message");
  if (problems.length === 0 && message === "") return { ok: false, description };
  const own = text(condition, "reason") === "" ? "" : message;
  const words = `[Pod ${qualifiedName(pod)}]: ${own}${problems.join("\n")}`;
  return { ok: false, description, message: { severity: "warning", text: words } };
}

function containerProblems(status: Plain): string[] {
  if (at(status, "ready") === true) return [];
  return [...waiting(status), ...terminated(status), ...terminatedBefore(status)];
}

function waiting(status: Plain): string[] {
  const state = at(status, "state", "waiting");
  if (!isMap(state) || text(state, "reason") === "ContainerCreating") return [];
  return [`[${text(state, "reason")}] ${trimmed(text(state, "message"))}`];
}

function terminated(status: Plain): string[] {
  const state = at(status, "state", "terminated");
  const reason = text(state, "reason");
  if (reason === "") return [];
  if (text(state, "message") !== "") return [`[${reason}] ${trimmed(text(state, "message"))}`];
  return [`container "${text(status, "name")}" completed with exit code ${String(number(state, "exitCode") ?? 0)}`];
}

function terminatedBefore(status: Plain): string[] {
  const state = at(status, "lastState", "terminated");
  if (!isMap(state)) return [];
  const how = `(${text(state, "reason")}: exit code ${String(number(state, "exitCode") ?? 0)})`;
  const line = `container "${text(status, "name")}" terminated at ${text(state, "finishedAt")} ${how}`;
  return [line, ...[text(state, "message")].filter((message) => message !== "")];
}

/** Leaves out what container runtimes put around the reason for a failed pull. */
const trimmed = (message: string) =>
  message
    .replace(/^rpc error: code = Unknown desc = Error response from daemon: /, "")
    .replace(/: manifest unknown$/, "");
