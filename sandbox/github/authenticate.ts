import type { onRequestHookHandler } from "fastify";

import { identify } from "./caller.ts";
import type { Store } from "./store.ts";

/** A hook that finds out who asks. */
export const authenticate =
  (store: Store): onRequestHookHandler =>
  (request, _reply, next) => {
    request.caller = identify(store, request.headers.authorization);
    next();
  };
