import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

/** Pulumi's mark of a secret in a serialized value. */
const signature = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string;
}

/** What a program registered under mocks. */
export interface Registration {
  /** By `type::name`. */
  readonly resources: ReadonlyMap<string, Registered>;
  /** Immediate parent's type by `type::name`, `""` for none. */
  readonly parents: ReadonlyMap<string, string>;
}

/** What provider functions answer, by token; others make the run fail. */
export type Functions = Readonly<
  Record<string, (inputs: Readonly<Record<string, unknown>>) => Record<string, unknown>>
>;

/** Turns of the event loop in which what a program left running may still fail. */
const eventLoopTurns = 5;

const Inputs = z.record(z.string(), z.unknown());

/**
 * Runs a program under Pulumi's mocks and returns once everything is registered.
 *
 * @throws the first error of the program, of anything that it left running, or of a function that `functions` lacks
 */
export async function register(
  program: () => unknown,
  options: { preview?: boolean; functions?: Functions; stack?: string } = {},
): Promise<Registration> {
  const resources = new Map<string, Registered>();
  const problems: unknown[] = [];
  const note = (error: unknown) => problems.push(error);
  process.on("unhandledRejection", note);
  const monitor: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs: given, provider = "", id = "" }) {
      const inputs = Inputs.parse(given);
      if (type !== "pulumi:pulumi:Stack") resources.set(`${type}::${name}`, { type, name, inputs, provider });
      const state = { ...inputs, ...namesOf(name, inputs) };
      return options.preview === true ? { id: undefined, state: inputs } : { id: id === "" ? `${name}-id` : id, state };
    },
    call({ token, inputs: given }) {
      const inputs = Inputs.parse(given);
      const answer = options.functions?.[token];
      if (answer === undefined) note(new Error(`the mocks have no answer for ${token}`));
      return answer?.(inputs) ?? {};
    },
  };
  try {
    await pulumi.runtime.setMocks(monitor, "drover", options.stack ?? "appdev", options.preview ?? false);
    await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
    await pulumi.runtime.disconnect();
    // Node.js reports a rejection that nobody handles only once its turn of the event loop is over.
    for (let turn = 0; turn < eventLoopTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
  } catch (error) {
    problems.unshift(error);
  } finally {
    process.off("unhandledRejection", note);
  }
  if (problems.length > 0) throw problems[0] instanceof Error ? problems[0] : new Error(String(problems[0]));
  return { resources, parents: new Map() };
}

/** Kubernetes objects get a name from their provider where the program gives none. */
function namesOf(name: string, inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata } = inputs;
  if (typeof metadata !== "object" || metadata === null || "name" in metadata) return {};
  return { metadata: { ...metadata, name: `${name}-0a1b2c3d` } };
}

/** The value inside a secret; fails for what is not one. */
export function revealed(value: unknown): unknown {
  if (!isSecret(value)) throw new Error(`not a secret: ${JSON.stringify(value)}`);
  return Reflect.get(value, "value");
}

/** Whether a serialized value is marked secret. */
export const isSecret = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Reflect.get(value, signature) === secretMark;

/** What a provider would be given: plain values, secrets unwrapped. */
export function plain(value: unknown): unknown {
  if (isSecret(value)) return plain(Reflect.get(value, "value"));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
