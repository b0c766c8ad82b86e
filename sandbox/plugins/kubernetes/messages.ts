import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";

import type { DiffResult } from "./diff.ts";
import type { Change } from "./difference.ts";
import type { EngineNaming } from "./naming.ts";

/** The engine's wish for a name. */
export function namingOf(options: messages.CheckRequest.AutonamingOptions | undefined): EngineNaming | undefined {
  if (options === undefined) return undefined;
  const modes = rpc.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  return {
    mode: mode === modes.DISABLE ? "disabled" : mode === modes.ENFORCE ? "enforced" : "proposed",
    name: options.getProposedName(),
  };
}

function kindOf(change: Change, replace: boolean): messages.PropertyDiff.Kind {
  const kinds = rpc.PropertyDiff.Kind;
  if (change === "add") return replace ? kinds.ADD_REPLACE : kinds.ADD;
  if (change === "delete") return replace ? kinds.DELETE_REPLACE : kinds.DELETE;
  return replace ? kinds.UPDATE_REPLACE : kinds.UPDATE;
}

/** The answer to a request to compare. */
export function diffResponse(result: DiffResult): messages.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  const response = new rpc.DiffResponse()
    .setChanges(result.changed ? DIFF_SOME : DIFF_NONE)
    .setReplacesList([...result.replaces])
    .setDeletebeforereplace(result.deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const [path, { change, replace }] of result.details) {
    // What is removed is shown from the old inputs: the state may hold more than the program ever set.
    const detail = new rpc.PropertyDiff().setKind(kindOf(change, replace)).setInputdiff(change === "delete");
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}
