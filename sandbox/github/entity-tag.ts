import { createHash } from "node:crypto";

import type { onSendHookHandler } from "fastify";

/** Gives answers an entity tag, and no body where the client has it already. */
export const tagEntity: onSendHookHandler = (request, reply, payload, next) => {
  if (typeof payload !== "string" || reply.statusCode !== 200 || !/^(GET|HEAD)$/u.test(request.method)) {
    next(null, payload);
    return;
  }
  const tag = createHash("sha256").update(payload).digest("hex");
  void reply.header("ETag", `W/"${tag}"`).header("Cache-Control", "private, max-age=60, s-maxage=60");
  const known = request.headers["if-none-match"]?.split(",").map((one) => one.trim().replace(/^W\//u, ""));
  if (known?.includes(`"${tag}"`) !== true) {
    next(null, payload);
    return;
  }
  void reply.code(304).removeHeader("content-type").removeHeader("content-length");
  next(null, null);
};
