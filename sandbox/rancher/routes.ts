import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { actionOf, baseOf, collection } from "./answers.ts";
import type { Caller } from "./answers.ts";
import { identify, tokenOf } from "./auth.ts";
import { clusterView, kubeconfigFor, settings } from "./clusters.ts";
import type { Front } from "./front.ts";
import { kubernetesStatus, NormanError, notFound, toNormanError, withLinks } from "./norman.ts";
import type { NormanObject } from "./norman.ts";
import { namespaceRoutes } from "./namespace-routes.ts";
import { projectRoutes } from "./project-routes.ts";
import { registryRoutes } from "./registry-routes.ts";
import { schemaCollection } from "./schemas.ts";

const Params = z.object({ cluster: z.string() });

/** `/ping` and the part of Rancher's API `/v3` that its Terraform provider uses. */
export function routes(app: FastifyInstance, front: Front, log: (line: string) => void): void {
  const { cluster, tokens } = front.config;
  const caller: Caller = {
    identity(request) {
      const identity = identify(tokens, request.headers.authorization);
      if (identity === undefined) throw new NormanError(401, "Unauthorized", "must authenticate");
      return identity;
    },
  };

  app.addHook("onRequest", async (request, reply) => {
    if (!/^\/v3(\/|\?|$)/u.test(request.url)) return;
    const identity = caller.identity(request);
    if (request.method !== "GET" && request.method !== "HEAD" && !identity.writes)
      throw new NormanError(403, "Forbidden", `User "${identity.user}" may only read: ${request.method} is forbidden`);
    void reply.header("X-API-Schemas", `${baseOf(request)}/v3/schemas`);
  });
  app.setErrorHandler((error, _request, reply) => {
    const answer = isBadRequest(error)
      ? new NormanError(error.statusCode, "InvalidBodyContent", error.message)
      : toNormanError(error);
    if (answer.status >= 500)
      log(`failed: ${kubernetesStatus(error)?.message ?? (error instanceof Error ? error.message : String(error))}`);
    return reply.code(answer.status).send(answer.toJSON());
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send(notFound(request.url.replace(/\?.*/u, "")).toJSON()));

  app.get("/ping", (_request, reply) => reply.type("text/plain").send("pong"));
  app.get("/v3", (request) => ({
    type: "apiRoot",
    id: "v3",
    links: { self: `${baseOf(request)}/v3`, schemas: `${baseOf(request)}/v3/schemas` },
  }));
  app.get("/v3/schemas", (request) => schemaCollection("management", `${baseOf(request)}/v3`));

  const settingLink = (request: FastifyRequest) => (setting: NormanObject) =>
    withLinks(setting, `${baseOf(request)}/v3/settings/${setting.id}`);
  app.get("/v3/settings", (request) => collection(request, "setting", settings, settingLink(request)));
  app.get("/v3/settings/:id", (request) => {
    const { id } = z.object({ id: z.string() }).parse(request.params);
    const setting = settings.find((one) => one.id === id);
    if (setting === undefined) throw notFound(`setting ${id}`);
    return settingLink(request)(setting);
  });
  app.get("/v3/rkek8ssystemimages", (request) => collection(request, "rkeK8sSystemImage", [], (object) => object));

  const clusterObject = async () => clusterView(cluster, await front.server.version.getCode());
  const clusterLink = (request: FastifyRequest) => (object: NormanObject) => {
    const base = baseOf(request);
    const links = {
      projects: `${base}/v3/projects?clusterId=${object.id}`,
      namespaces: `${base}/v3/cluster/${object.id}/namespaces`,
    };
    return withLinks(object, `${base}/v3/clusters/${object.id}`, ["generateKubeconfig"], links);
  };
  const known = (request: FastifyRequest) => {
    const { cluster: id } = Params.parse(request.params);
    if (id !== cluster.id) throw notFound(`cluster ${id}`);
  };
  app.get("/v3/clusters", async (request) =>
    collection(request, "cluster", [await clusterObject()], clusterLink(request)),
  );
  app.get("/v3/clusters/:cluster", async (request, reply) => {
    known(request);
    void reply.header("X-API-Schemas", `${baseOf(request)}/v3/cluster/${cluster.id}/schemas`);
    return clusterLink(request)(await clusterObject());
  });
  app.post("/v3/clusters/:cluster", (request) => {
    known(request);
    if (actionOf(request) !== "generateKubeconfig") throw notFound(`action ${actionOf(request)}`);
    return {
      type: "generateKubeConfigOutput",
      baseType: "generateKubeConfigOutput",
      config: kubeconfigFor(cluster, baseOf(request), tokenOf(request.headers.authorization) ?? ""),
    };
  });
  app.get("/v3/cluster/:cluster/schemas", (request) => {
    known(request);
    return schemaCollection("cluster", `${baseOf(request)}/v3/cluster/${cluster.id}`);
  });

  projectRoutes(app, front, caller);
  namespaceRoutes(app, front, caller, known);
  registryRoutes(app, front, caller);
}

const isBadRequest = (error: unknown): error is Error & { statusCode: number } =>
  error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500;
