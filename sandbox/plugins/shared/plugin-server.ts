import { fstatSync } from "node:fs";

import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";

/**
 * Serves `pulumirpc.ResourceProvider` on a free port of 127.0.0.1 and prints the port, which is how the engine learns it.
 * Calls that the service lacks are answered with "unimplemented". Ends the process when the engine is gone.
 */
export async function servePlugin(service: grpc.UntypedServiceImplementation): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(services.ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  process.stdout.write(`${String(port)}\n`);
  endWithEngine();
}

/** The engine holds the other end of standard input and writes nothing to it: it ends when the engine does, however that ends. */
function endWithEngine(): void {
  if (!fstatSync(0).isFIFO()) return;
  process.stdin
    .once("end", () => process.exit(0))
    .once("error", () => process.exit(0))
    .resume();
}
