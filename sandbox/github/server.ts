import { randomBytes } from "node:crypto";

import fastify from "fastify";
import type { FastifyInstance } from "fastify";

import { guardAdministration, isSame } from "./admin/guard.ts";
import { administrationRoutes } from "./admin/routes.ts";
import { deploymentGateRoutes } from "./admin/deployment-routes.ts";
import { workflowRoutes } from "./admin/workflow-routes.ts";
import { Api } from "./api.ts";
import { authenticate } from "./authenticate.ts";
import { tagEntity } from "./entity-tag.ts";
import { GitHubError } from "./errors.ts";
import { gitHttp } from "./git-http/routes.ts";
import { graphqlRoutes } from "./graphql/routes.ts";
import { limitHooks } from "./limits/hooks.ts";
import { Limits } from "./limits/limits.ts";
import { limitRoutes, rateLimitRoute } from "./limits/routes.ts";
import { descriptionHooks } from "./openapi/hooks.ts";
import { Packages } from "./packages/packages.ts";
import type { RegistrySettings } from "./packages/registry.ts";
import { packageRoutes } from "./packages/routes.ts";
import { packageSettingsRoutes } from "./packages/settings-routes.ts";
import { pageRoutes } from "./page/routes.ts";
import { families } from "./routes/all.ts";
import type { Family } from "./routes/all.ts";
import type { Store } from "./store.ts";
import { Deliveries } from "./webhooks/deliveries.ts";
import { hookRoutes } from "./webhooks/routes.ts";

/** What a GitHub stand-in is made of. */
export interface GitHubOptions {
  readonly store: Store;
  /** Writes one line about a request that has ended, or about a failure. Default nothing. */
  readonly log?: (line: string) => void;
  /** Whether requests and answers are compared with GitHub's published description from the start. Default no. */
  readonly described?: boolean;
  /** Opens `/_emulator`. Without one it is open to everybody who reaches the server, as tests inside one process want it. */
  readonly adminToken?: string;
  /** The registries whose images are packages; the first that has a name has it. Default none. */
  readonly registries?: readonly RegistrySettings[];
}

/**
 * Makes the HTTP server of the GitHub stand-in: the REST API at `/api/v3`, where clients of GitHub Enterprise Server look
 * for it, and at `/`. Closing the server leaves the store open.
 */
export function createGitHub({
  store,
  log = () => undefined,
  described = false,
  adminToken,
  registries = [],
}: GitHubOptions): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    keepAliveTimeout: 120_000,
    bodyLimit: 100 * 1024 * 1024,
    routerOptions: { maxParamLength: 4096 },
  });
  app.decorateRequest("caller");
  app.addHook("onRequest", (request, reply, next) => {
    request.caller = {};
    void reply.header("X-GitHub-Request-Id", randomBytes(10).toString("hex").toUpperCase());
    void reply.header("Server", "Drover GitHub stand-in");
    next();
  });
  app.addHook("onResponse", ({ method, url }, { statusCode, elapsedTime }, next) => {
    log(`${method} ${url.replace(/\?.*/su, "")} ${String(statusCode)} ${elapsedTime.toFixed(0)} ms`);
    next();
  });
  app.setErrorHandler((error, _request, reply) => {
    const answer = toGitHubError(error);
    if (answer.status >= 500) log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return reply.code(answer.status).headers(answer.headers).send(answer.toJSON());
  });
  app.setNotFoundHandler(({ method, url }, reply) => {
    const message = `This stand-in for GitHub does not have ${method} ${url.replace(/\?.*/su, "")}`;
    return reply.code(404).send(new GitHubError(404, message).toJSON());
  });
  if (adminToken !== undefined) guardAdministration(app, adminToken);
  administrationRoutes(app, store);
  workflowRoutes(app, store);
  deploymentGateRoutes(app, store);
  gitHttp(app, store);
  const limits = new Limits(store.clock);
  limitHooks(app, limits);
  descriptionHooks(app, (request) => limits.stateOf(request), log, described);
  limitRoutes(app, limits);
  graphqlRoutes(app, store, { log, rate: (request) => limits.rate(request, "graphql") });
  const packages = new Packages(store, registries);
  packageSettingsRoutes(app, store, packages);
  const isAdministrator = adminToken === undefined ? undefined : (token: string) => isSame(token, adminToken);
  pageRoutes(app, store, { packages, isAdministrator });
  const deliveries = new Deliveries(store);
  app.addHook("onClose", () => deliveries.close());
  const all = [...families, rateLimitRoute(limits), packageRoutes(packages), hookRoutes(deliveries)];
  for (const prefix of ["", "/api/v3"] as const) void app.register(restApi(store, prefix, all), { prefix });
  return app;
}

/** The REST API as a plugin: who asks, bodies, entity tags, and all families. */
const restApi =
  (store: Store, prefix: "" | "/api/v3", all: readonly Family[]) =>
  (app: FastifyInstance, _options: object, done: () => void) => {
    app.addHook("onRequest", authenticate(store));
    // Whatever the type says, a body is JSON to GitHub.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, parsed) => {
      try {
        parsed(null, body === "" ? undefined : JSON.parse(body.toString()));
      } catch {
        parsed(new GitHubError(400, "Problems parsing JSON"));
      }
    });
    app.addHook("onSend", tagEntity);
    const api = new Api(app, store, prefix);
    for (const family of all) family(api);
    done();
  };

function toGitHubError(error: unknown): GitHubError {
  if (error instanceof GitHubError) return error;
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500)
    return new GitHubError(error.statusCode, error.message);
  return new GitHubError(500, "Server Error");
}
