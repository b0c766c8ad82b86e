import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";

import { decodeStruct } from "../shared/values.ts";
import { checkConfig, compareConfigs } from "./provider-config.ts";

/** Answers whether a provider's configuration can be used. */
export function answerCheckConfig(request: messages.CheckRequest): messages.CheckResponse {
  const failures = checkConfig(decodeStruct(request.getNews()));
  return new rpc.CheckResponse()
    .setInputs(request.getNews())
    .setFailuresList(
      failures.map(({ property, reason }) => new rpc.CheckFailure().setProperty(property).setReason(reason)),
    );
}

/** Answers how a provider's configuration changed. */
export async function answerDiffConfig(request: messages.DiffRequest): Promise<messages.DiffResponse> {
  const { changed, replaces } = await compareConfigs(decodeStruct(request.getOlds()), decodeStruct(request.getNews()));
  const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
  return new rpc.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...changed])
    .setReplacesList([...replaces]);
}
