import type * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

import { NotInStandIn } from "../shared/plugin-errors.ts";
import { unary } from "../shared/unary.ts";
import { containsUnknown, decodeStruct, encodeStruct, revealedMap } from "../shared/values.ts";
import { imageDigest } from "./image-digest.ts";
import { readAccounts } from "./registry-auth.ts";
import type { RegistryAccount } from "./registry-auth.ts";

const official = "pulumi-resource-docker";

/** The version of the official plugin whose behaviour this one follows. */
const followedVersion = "5.2.0";

const getRegistryImage = "docker:index/getRegistryImage:getRegistryImage";

/** The stand-in's `pulumirpc.ResourceProvider` service. It never talks to a Docker daemon. */
export function dockerProvider(): grpc.UntypedServiceImplementation {
  let accounts: ReadonlyMap<string, RegistryAccount> = new Map();
  const refuse = (request: { getUrn(): string }) => {
    throw new NotInStandIn(`the resource ${request.getUrn()}`, official);
  };
  return {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(followedVersion)),
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    getSchema: unary(() => {
      throw new NotInStandIn("the package schema (code generation)", official);
    }),
    getMapping: unary(() => new rpc.GetMappingResponse()),
    getMappings: unary(() => new rpc.GetMappingsResponse()),
    checkConfig: unary((request: messages.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary((request: messages.DiffRequest) => {
      const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
      const [olds, news] = [request.getOlds(), request.getNews()].map((struct) =>
        JSON.stringify(struct?.toJavaScript() ?? {}),
      );
      return new rpc.DiffResponse().setChanges(olds === news ? DIFF_NONE : DIFF_SOME);
    }),
    configure: unary((request: messages.ConfigureRequest) => {
      accounts = readAccounts(request.getVariablesMap().get("docker:config:registryAuth"));
      return new rpc.ConfigureResponse().setSupportspreview(true);
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      if (request.getTok() !== getRegistryImage) throw new NotInStandIn(`the function ${request.getTok()}`, official);
      const args = decodeStruct(request.getArgs());
      if (containsUnknown(args)) return new rpc.InvokeResponse();
      const { name, insecureSkipVerify } = revealedMap(args);
      if (typeof name !== "string" || name === "")
        return new rpc.InvokeResponse().setFailuresList([
          new rpc.CheckFailure()
            .setProperty("name")
            .setReason('Missing required argument. The argument "name" is required, but no definition was found.'),
        ]);
      const insecure = insecureSkipVerify === true || insecureSkipVerify === "true";
      const digest = await imageDigest(name, accounts, insecure).catch((error: unknown) => {
        // The official plugin's words around an error.
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`invoking ${getRegistryImage}: 1 error occurred:\n\t* ${reason}\n\n`, { cause: error });
      });
      return new rpc.InvokeResponse().setReturn(
        encodeStruct({ id: digest, name, sha256Digest: digest, insecureSkipVerify: insecure }),
      );
    }),
    check: unary(refuse),
    diff: unary(refuse),
    create: unary(refuse),
    read: unary(refuse),
    update: unary(refuse),
    delete: unary(refuse),
  };
}
