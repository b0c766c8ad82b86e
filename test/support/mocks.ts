import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import * as z from "zod";

import { keyOf, observe } from "./mock-monitor.ts";
import type { Requested } from "./mock-monitor.ts";

/** Pulumi's mark of a secret in a serialized value. */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

// Pulumi's mocks lack this call, and a program with hooks would never end. No hook is ever called under mocks.
Object.assign(MockMonitor.prototype, {
  registerResourceHook(_: unknown, answer: (error: null, response: object) => void) {
    answer(null, {});
  },
});

/** A resource as the program registered it. */
export interface Registered extends Omit<Requested, "key"> {
  readonly type: string;
  readonly name: string;
  /** Secrets are marked, see `revealed`; in previews there is what `unknown` stands for. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `type::name` of the explicit provider, its own or its parents'; `""` for none. */
  readonly provider: string;
}

/** What a program registered under mocks. */
export interface Registration {
  /** By `type::name`. */
  readonly resources: ReadonlyMap<string, Registered>;
}

/** What provider functions answer, by token; others make the run fail. */
export type Functions = Readonly<
  Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>
>;

/** Turns of the event loop in which what a program left running may still fail. */
const eventLoopTurns = 5;

const Inputs = z.record(z.string(), z.unknown());

/**
 * Runs a program under Pulumi's mocks and returns once everything is registered. In a preview no id is known, and no name that a provider
 * chooses.
 *
 * @throws the first error of the program, of anything that it left running, of a function that `functions` lacks, or of a resource that
 * has type and name of another
 */
export async function register(
  program: () => unknown,
  options: { preview?: boolean; functions?: Functions; stack?: string } = {},
): Promise<Registration> {
  const { preview = false } = options;
  const requested = new Map<string, Requested>();
  const resources = new Map<string, Registered>();
  const problems: unknown[] = [];
  const note = (error: unknown) => problems.push(error);
  process.on("unhandledRejection", note);
  const mocks: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs: given, provider = "", id = "" }) {
      const inputs = Inputs.parse(given);
      const { parent = "", options = {}, dependencies = [] } = requested.get(`${type}::${name}`) ?? {};
      if (type !== "pulumi:pulumi:Stack")
        resources.set(`${type}::${name}`, {
          ...{ type, name, inputs, parent, options, dependencies },
          provider: keyOf(provider),
        });
      const state = { ...inputs, ...namesOf(name, inputs, preview) };
      return { id: preview ? undefined : id === "" ? `${name}-id` : id, state };
    },
    call({ token, inputs: given }) {
      const inputs = Inputs.parse(given);
      const answer = options.functions?.[token];
      if (answer === undefined) note(new Error(`the mocks have no answer for ${token}`));
      try {
        return answer?.(inputs) ?? {};
      } catch (error) {
        // The SDK reads the text where gRPC has it.
        throw Object.assign(new Error(), { details: error instanceof Error ? error.message : String(error) });
      }
    },
  };
  try {
    await pulumi.runtime.setMocks(mocks, "drover", options.stack ?? "appdev", preview);
    observe(pulumi.runtime.getMonitor(), (request) => {
      if (requested.has(request.key)) note(new Error(`the program has two resources ${request.key}`));
      requested.set(request.key, request);
    });
    await pulumi.runtime
      .runInPulumiStack(async () => {
        await program();
      })
      .catch((error: unknown) => problems.unshift(error));
    await pulumi.runtime.disconnect();
    // Node.js reports a rejection that nobody handles only once its turn of the event loop is over.
    for (let turn = 0; turn < eventLoopTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", note);
  }
  if (problems.length > 0) throw problems[0] instanceof Error ? problems[0] : new Error(String(problems[0]));
  return { resources };
}

/** Kubernetes objects get a name from their provider where the program gives none. */
function namesOf(
  name: string,
  { metadata }: Readonly<Record<string, unknown>>,
  preview: boolean,
): Record<string, unknown> {
  if (typeof metadata !== "object" || metadata === null || "name" in metadata) return {};
  return { metadata: { ...metadata, name: preview ? pulumi.runtime.unknownValue : `${name}-0a1b2c3d` } };
}

/** The value inside a secret; fails for what is not one. */
export function revealed(value: unknown): unknown {
  if (!isSecret(value)) throw new Error(`not a secret: ${JSON.stringify(value)}`);
  return Reflect.get(value, "value");
}

/** Whether a serialized value is marked secret. */
export const isSecret = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Reflect.get(value, signature) === secretMark;

/** What stands in plain inputs for a value that is not known before the update. */
export const unknown = "(unknown)";

/** What a provider would be given: plain values, secrets unwrapped, and `unknown` for what is not known yet. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return plain(Reflect.get(value, "value"));
  if (pulumi.isUnknown(value)) return unknown;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
