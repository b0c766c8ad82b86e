import type * as grpc from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import rpc from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

import { EngineLog } from "../shared/engine-log.ts";
import { NotInStandIn } from "../shared/plugin-errors.ts";
import { unary } from "../shared/unary.ts";
import { decodeStruct, encodeStruct } from "../shared/values.ts";
import { check } from "./check.ts";
import { openSession } from "./cluster.ts";
import type { Session } from "./cluster.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { diff } from "./diff.ts";
import { answerCheckConfig, answerDiffConfig } from "./config-answers.ts";
import { diffResponse, namingOf } from "./messages.ts";
import { read } from "./read.ts";
import { readSettings } from "./settings.ts";
import { update } from "./update.ts";

const official = "pulumi-resource-kubernetes";

/** The version of the official plugin whose behaviour this one follows. */
const followedVersion = "4.34.2";

/** The stand-in's `pulumirpc.ResourceProvider` service. @param engine the engine's address */
export function kubernetesProvider(engine: string | undefined): grpc.UntypedServiceImplementation {
  const log = new EngineLog(engine);
  const cancelled = new AbortController();
  let session: Session | undefined;
  const configured = () => {
    if (session === undefined) throw new Error("the provider was not configured");
    return session;
  };
  /** Answers a request; what was said meanwhile reaches the person before the answer does. */
  const answering = <Request, Response>(answer: (request: Request) => Promise<Response>) =>
    unary(async (request: Request) => {
      try {
        return await answer(request);
      } finally {
        await log.flush();
      }
    });
  const refuse = (what: (request: { getTok(): string }) => string) =>
    unary((request: { getTok(): string }) => {
      throw new NotInStandIn(what(request), official);
    });

  return {
    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(followedVersion)),
    attach: unary((request: InstanceType<typeof plugin.PluginAttach>) => {
      log.attach(request.getAddress());
      return new empty.Empty();
    }),
    cancel: unary(() => {
      cancelled.abort(new Error("the operation was cancelled"));
      return new empty.Empty();
    }),
    getSchema: unary(() => {
      throw new NotInStandIn("the package schema (code generation)", official);
    }),
    getMapping: unary(() => new rpc.GetMappingResponse()),
    getMappings: unary(() => new rpc.GetMappingsResponse()),
    invoke: refuse((request) => `the function ${request.getTok()}`),
    call: refuse((request) => `the method ${request.getTok()}`),
    construct: unary((request: messages.ConstructRequest) => {
      throw new NotInStandIn(`the component ${request.getType()}`, official);
    }),

    checkConfig: unary(answerCheckConfig),
    diffConfig: unary(answerDiffConfig),
    configure: answering(async (request: messages.ConfigureRequest) => {
      session = await openSession(readSettings(new Map(request.getVariablesMap().toArray())), log, cancelled.signal);
      return new rpc.ConfigureResponse()
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setSupportsAutonamingConfiguration(true);
    }),

    check: answering(async (request: messages.CheckRequest) => {
      const inputs = await check(configured(), {
        urn: request.getUrn(),
        olds: decodeStruct(request.getOlds()),
        news: decodeStruct(request.getNews()),
        seed: request.getRandomseed_asU8(),
        naming: namingOf(request.getAutonaming()),
      });
      return new rpc.CheckResponse().setInputs(encodeStruct(inputs));
    }),
    diff: answering(async (request: messages.DiffRequest) =>
      diffResponse(
        await diff(configured(), {
          urn: request.getUrn(),
          olds: decodeStruct(request.getOlds()),
          news: decodeStruct(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: answering(async (request: messages.CreateRequest) => {
      const { id, properties } = await create(configured(), {
        urn: request.getUrn(),
        properties: decodeStruct(request.getProperties()),
        timeout: request.getTimeout(),
        preview: request.getPreview(),
      });
      return new rpc.CreateResponse().setId(id).setProperties(encodeStruct(properties));
    }),
    read: answering(async (request: messages.ReadRequest) => {
      const { id, properties, inputs } = await read(configured(), {
        urn: request.getUrn(),
        id: request.getId(),
        properties: decodeStruct(request.getProperties()),
        inputs: decodeStruct(request.getInputs()),
      });
      if (id === "") return new rpc.ReadResponse();
      return new rpc.ReadResponse().setId(id).setProperties(encodeStruct(properties)).setInputs(encodeStruct(inputs));
    }),
    update: answering(async (request: messages.UpdateRequest) => {
      const properties = await update(configured(), {
        urn: request.getUrn(),
        olds: decodeStruct(request.getOlds()),
        news: decodeStruct(request.getNews()),
        timeout: request.getTimeout(),
        preview: request.getPreview(),
        ignoreChanges: request.getIgnorechangesList(),
      });
      return new rpc.UpdateResponse().setProperties(encodeStruct(properties));
    }),
    delete: answering(async (request: messages.DeleteRequest) => {
      await remove(configured(), {
        urn: request.getUrn(),
        id: request.getId(),
        properties: decodeStruct(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new empty.Empty();
    }),
  };
}
