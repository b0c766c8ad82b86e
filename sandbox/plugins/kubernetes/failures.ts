import { ResourceInitFailed } from "../shared/plugin-errors.ts";
import type { ValueMap } from "../shared/values.ts";
import { isConflict } from "./api-error.ts";
import { NotReady } from "./await/await-ready.ts";
import { idOf } from "./objects.ts";
import type { KubernetesObject } from "./objects.ts";

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The error by which the engine keeps the state of an object that is there but did not become what was asked for. */
export function partial(
  message: string,
  cause: unknown,
  object: KubernetesObject,
  state: ValueMap,
  inputs?: ValueMap,
): ResourceInitFailed {
  const problems = cause instanceof NotReady ? cause.problems : [];
  const resource = { id: idOf(object), properties: state, reasons: [message, ...problems] };
  return new ResourceInitFailed(message, inputs === undefined ? resource : { ...resource, inputs });
}

const troubleshooting =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
  "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources";

/** A conflict with another field manager, explained; any other error as it is. */
export function explained(error: unknown, manager: string): unknown {
  if (!isConflict(error)) return error;
  return new Error(
    `server-side apply field conflict detected, see ${troubleshooting} for troubleshooting help\n` +
      `The resource managed by field manager "${manager}" had an apply conflict: ${messageOf(error)}`,
    { cause: error },
  );
}

/** What may have led to an object that is there already. */
export const alreadyExistsAdvice = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;
