import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** Options of a resource that only the engine acts on; those alone that are set. */
export interface Options {
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  /** The id of what is adopted. */
  readonly import?: string;
  readonly ignoreChanges?: readonly string[];
  readonly replaceOnChanges?: readonly string[];
  /** `type::name` of the resource whose deletion takes this one along. */
  readonly deletedWith?: string;
  /** Moment, such as `beforeCreate`, to the names of hooks. */
  readonly hooks?: Readonly<Record<string, readonly string[]>>;
}

/** What a request to the engine says of a resource, besides its inputs. */
export interface Requested {
  /** `type::name`. */
  readonly key: string;
  /** `type::name` of the parent, `""` for the stack itself. */
  readonly parent: string;
  readonly options: Options;
  /** `type::name` of everything that must be there first, whether by `dependsOn` or because an input comes from it; sorted. */
  readonly dependencies: readonly string[];
}

type Answer = (error: Error | null, response?: unknown) => void;

/**
 * Lets the SDK's mock monitor tell of every request before it answers, and take resource hooks, which it lacks.
 *
 * @throws Error for a monitor that is not the SDK's mock
 */
export function observe(monitor: unknown, note: (requested: Requested) => void): void {
  if (!(monitor instanceof MockMonitor)) throw new Error("the SDK's monitor is not its mock");
  const register = monitor.registerResource.bind(monitor);
  const read = monitor.readResource.bind(monitor);
  Object.assign(monitor, {
    registerResource(request: RegisterResourceRequest, answer: Answer) {
      note({ ...placeOf(request), options: optionsOf(request) });
      return register(request, answer);
    },
    readResource(request: ReadResourceRequest, answer: Answer) {
      note({ ...placeOf(request), options: {} });
      return read(request, answer);
    },
    registerResourceHook(_: unknown, answer: Answer) {
      answer(null);
    },
  });
}

const placeOf = (request: RegisterResourceRequest | ReadResourceRequest): Omit<Requested, "options"> => ({
  key: `${request.getType()}::${request.getName()}`,
  parent: request.getParent().includes("::pulumi:pulumi:Stack::") ? "" : keyOf(request.getParent()),
  dependencies: [...new Set(request.getDependenciesList().map(keyOf))].sort(),
});

/** `type::name` of a resource's URN, or of a provider's URN and id; `""` of none. */
export function keyOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return urn === "" ? "" : `${types.split("$").at(-1) ?? ""}::${name}`;
}

function optionsOf(request: RegisterResourceRequest): Options {
  const ignoreChanges = request.getIgnorechangesList();
  const replaceOnChanges = request.getReplaceonchangesList();
  const hooks = hooksOf(request.getHooks());
  return {
    ...(request.getProtect() === true ? { protect: true } : {}),
    ...(request.getRetainondelete() === true ? { retainOnDelete: true } : {}),
    ...(request.getDeletebeforereplace() ? { deleteBeforeReplace: true } : {}),
    ...(request.getImportid() === "" ? {} : { import: request.getImportid() }),
    ...(ignoreChanges.length === 0 ? {} : { ignoreChanges }),
    ...(replaceOnChanges.length === 0 ? {} : { replaceOnChanges }),
    ...(request.getDeletedwith() === "" ? {} : { deletedWith: keyOf(request.getDeletedwith()) }),
    ...(Object.keys(hooks).length === 0 ? {} : { hooks }),
  };
}

function hooksOf(binding: RegisterResourceRequest.ResourceHooksBinding | undefined): Record<string, string[]> {
  const all = {
    beforeCreate: binding?.getBeforeCreateList(),
    afterCreate: binding?.getAfterCreateList(),
    beforeUpdate: binding?.getBeforeUpdateList(),
    afterUpdate: binding?.getAfterUpdateList(),
    beforeDelete: binding?.getBeforeDeleteList(),
    afterDelete: binding?.getAfterDeleteList(),
    onError: binding?.getOnErrorList(),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([moment, names = []]) => (names.length === 0 ? [] : [[moment, names]])),
  );
}
