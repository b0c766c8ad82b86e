import * as grpc from "@grpc/grpc-js";

let watched: grpc.Client | undefined;

/**
 * Ends this process when the engine's server is gone: a killed engine can't end what it started.
 *
 * @param address host and port of the engine's gRPC server
 */
export function endWithEngine(address: string): void {
  if (watched !== undefined) return;
  watched = new grpc.Client(address, grpc.credentials.createInsecure());
  const channel = watched.getChannel();
  const follow = (wasReady: boolean): void => {
    const state = channel.getConnectivityState(true);
    const ready = state === grpc.connectivityState.READY;
    if (wasReady && !ready) process.exit(1);
    channel.watchConnectivityState(state, Infinity, (error) => {
      if (error === undefined) follow(ready);
    });
  };
  follow(false);
}
