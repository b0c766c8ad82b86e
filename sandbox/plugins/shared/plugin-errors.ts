import * as grpc from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";

import { encodeStruct } from "./values.ts";
import type { ValueMap } from "./values.ts";

/** What the engine records of a resource that exists but did not become ready. */
export interface PartialResource {
  readonly id: string;
  /** The resource's state. */
  readonly properties: ValueMap;
  /** Its inputs, where they differ from those that were asked for (a read). */
  readonly inputs?: ValueMap;
  /** Shown below the message, one line each. */
  readonly reasons: readonly string[];
}

/** The resource exists, and its state is to be kept, but the operation failed. The next update goes on from there. */
export class ResourceInitFailed extends Error {
  readonly resource: PartialResource;

  constructor(message: string, resource: PartialResource) {
    super(message);
    this.resource = resource;
  }
}

/** Says that a part of the official plugin is missing from the stand-in. */
export class NotInStandIn extends Error {
  /** @param official the official plugin's name, `pulumi-resource-…` */
  constructor(what: string, official: string) {
    super(`${what} is not available in the sandbox's stand-in for ${official}; install the official plugin to use it`);
  }
}

/** A thrown value as the status of a gRPC call. Carries a message, never a stack trace. */
export function statusOf(error: unknown): grpc.ServiceError | Partial<grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  if (error instanceof NotInStandIn) return { code: grpc.status.UNIMPLEMENTED, details };
  if (!(error instanceof ResourceInitFailed)) return { code: grpc.status.UNKNOWN, details };
  const failed = new provider.ErrorResourceInitFailed()
    .setId(error.resource.id)
    .setProperties(encodeStruct(error.resource.properties))
    .setReasonsList([...error.resource.reasons]);
  if (error.resource.inputs !== undefined) failed.setInputs(encodeStruct(error.resource.inputs));
  const detail = new any.Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new status.Status().setCode(grpc.status.UNKNOWN).setMessage(details);
  message.addDetails(detail);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}
