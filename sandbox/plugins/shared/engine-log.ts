import * as grpc from "@grpc/grpc-js";
import type { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";

/** How much a message matters; the engine colours and counts messages by it. */
export type Severity = "debug" | "info" | "warning" | "error";

/** Speaks to the person who waits, through the engine. Messages keep their order; one that can't be delivered is dropped. */
export class EngineLog {
  private address: string | undefined;
  private client: Promise<EngineClient> | undefined;
  private last: Promise<void> = Promise.resolve();

  /** @param address host and port of the engine's gRPC server; undefined when the plugin runs without an engine */
  constructor(address: string | undefined) {
    this.address = address;
  }

  /** Takes another engine's address, as `Attach` brings it. */
  attach(address: string): void {
    this.address = address;
    this.client = undefined;
  }

  /** A message that stays in the output. */
  log(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, false);
  }

  /** A message that is shown beside the resource while it is worked on; an empty one clears it. */
  status(severity: Severity, urn: string, message: string): void {
    this.send(severity, urn, message, true);
  }

  /** Resolves when all messages are delivered. */
  flush(): Promise<void> {
    return this.last;
  }

  private send(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    const address = this.address;
    if (address === undefined || severity === "debug") return;
    this.last = this.last.then(() => this.deliver(address, severity, urn, message, ephemeral)).catch(() => undefined);
  }

  private async deliver(address: string, severity: Severity, urn: string, message: string, ephemeral: boolean) {
    const { default: engine } = await import("@pulumi/pulumi/proto/engine_pb.js");
    const severities = engine.LogSeverity;
    const level = {
      debug: severities.DEBUG,
      info: severities.INFO,
      warning: severities.WARNING,
      error: severities.ERROR,
    };
    const request = new engine.LogRequest()
      .setSeverity(level[severity])
      .setUrn(urn)
      .setMessage(message)
      .setEphemeral(ephemeral);
    this.client ??= import("@pulumi/pulumi/proto/engine_grpc_pb.js").then(
      ({ default: services }) => new services.EngineClient(address, grpc.credentials.createInsecure()),
    );
    const client = await this.client;
    await new Promise<void>((resolve) =>
      client.log(request, () => {
        resolve();
      }),
    );
  }
}
