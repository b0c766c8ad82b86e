/**
 * Usage: await-containerd.ts SOCKET. Ends once containerd serves the kubelet: its socket is there a moment before its container runtime
 * interface (CRI, `runtime.v1.RuntimeService`), and a kubelet that comes too early ends at once.
 */
import { setTimeout as delay } from "node:timers/promises";

import * as grpc from "@grpc/grpc-js";

const limit = 60_000;
const [socket = ""] = process.argv.slice(2);
const client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure());

/** Whether the runtime answers; an empty request and answer are all that is needed of its protocol. */
const answers = () =>
  new Promise<boolean>((resolve) => {
    const same = (bytes: Buffer) => bytes;
    const method = "/runtime.v1.RuntimeService/Version";
    client.makeUnaryRequest(method, same, same, Buffer.alloc(0), { deadline: Date.now() + 1000 }, (error) => {
      resolve(error === null);
    });
  });

const deadline = Date.now() + limit;
while (!(await answers())) {
  if (Date.now() > deadline) throw new Error(`containerd at ${socket} does not serve within ${String(limit / 1000)} s`);
  await delay(20);
}
client.close();
