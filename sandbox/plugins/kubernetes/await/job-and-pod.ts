import { isOwnedBy, list, nameOf, number, text } from "../objects.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ObjectEvent } from "../watches.ts";
import type { AwaitContext, Awaiter } from "./awaiter.ts";
import { checkPod, podProblems, qualifiedName } from "./pod-check.ts";

/** Waits until a pod is ready or has succeeded. Wording of pulumi-kubernetes (`provider/pkg/await/pod.go`). */
export class PodAwaiter implements Awaiter {
  readonly watched = [{ apiVersion: "v1", plural: "pods" }];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private ready = false;

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
  }

  observe(_plural: string, { object }: ObjectEvent): void {
    if (nameOf(object) !== nameOf(this.context.object)) return;
    this.current = object;
    const check = checkPod(object);
    this.ready = check.ready;
    for (const result of check.results) this.context.say("info", result.description);
  }

  isReady(): boolean {
    return this.ready;
  }

  problems(): string[] {
    return podProblems(this.current).map((message) => message.text);
  }
}

/**
 * Waits until a Job has succeeded; ends at once when it has failed. Rules and wording are pulumi-kubernetes'
 * (`provider/pkg/await/job.go`).
 */
export class JobAwaiter implements Awaiter {
  readonly watched = [
    { apiVersion: "batch/v1", plural: "jobs" },
    { apiVersion: "v1", plural: "pods" },
  ];
  current: KubernetesObject;
  private readonly context: AwaitContext;
  private failed = false;
  private readonly said = new Set<string>();

  constructor(context: AwaitContext) {
    this.context = context;
    this.current = context.object;
  }

  observe(plural: string, { object }: ObjectEvent): void {
    if (plural === "pods") {
      if (isOwnedBy(object, this.context.object)) this.observePod(object);
    } else if (nameOf(object) === nameOf(this.context.object)) this.observeJob(object);
  }

  isReady(): boolean {
    return hasStarted(this.current) && conditionIsTrue(this.current, "Complete");
  }

  hasFailed(): boolean {
    return this.failed;
  }

  problems(): string[] {
    return [...this.said];
  }

  private observePod(pod: KubernetesObject): void {
    for (const message of podProblems(pod)) {
      this.said.add(message.text);
      // A job's pods are unready in the normal course of things: worth a word only if the job fails.
      if (!message.text.includes("containers with unready status")) this.context.say(message.severity, message.text);
    }
  }

  private observeJob(job: KubernetesObject): void {
    this.context.say("info", `Waiting for Job "${qualifiedName(job)}" to start`);
    if (hasStarted(job)) {
      const count = (field: string) => String(number(job, "status", field) ?? 0);
      const progress = `(Active: ${count("active")} | Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`;
      this.context.say("info", `Waiting for Job "${qualifiedName(job)}" to succeed ${progress}`);
      const failure = failureOf(job);
      if (failure !== undefined) this.said.add(failure);
      this.failed = failure !== undefined;
    }
    this.current = job;
  }
}

const hasStarted = (job: KubernetesObject) => text(job, "status", "startTime") !== "";

const conditionIsTrue = (job: KubernetesObject, type: string) =>
  list(job, "status", "conditions").some(
    (condition) => text(condition, "type") === type && text(condition, "status") === "True",
  );

/** Whether a Job is complete at the moment. */
export const isJobComplete = (job: KubernetesObject) =>
  hasStarted(job) && failureOf(job) === undefined && conditionIsTrue(job, "Complete");

function failureOf(job: KubernetesObject): string | undefined {
  const failed = list(job, "status", "conditions").find(
    (condition) => text(condition, "type") === "Failed" && text(condition, "status") === "True",
  );
  const reason = text(failed, "reason");
  return ["BackoffLimitExceeded", "DeadlineExceeded"].includes(reason)
    ? `[${reason}] ${text(failed, "message")}`
    : undefined;
}
