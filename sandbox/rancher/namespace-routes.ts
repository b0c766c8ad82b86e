import type { V1Namespace } from "@kubernetes/client-node";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { actionOf, baseOf, collection } from "./answers.ts";
import type { Caller } from "./answers.ts";
import type { Front } from "./front.ts";
import { NamespaceBody, namespaceView, ownQuota, projectOf } from "./namespace.ts";
import { NormanError, notFound, parseBody, withLinks } from "./norman.ts";
import type { NormanObject } from "./norman.ts";
import type { Project } from "./project.ts";
import { orUndefined } from "./quota.ts";

const Params = z.object({ name: z.string() });
const Move = z.object({ projectId: z.string().nullish() });

/** `/v3/cluster/ID/namespaces`. Each answer comes when the namespace has what its project gives it, so that a pod made next can use it. */
export function namespaceRoutes(
  app: FastifyInstance,
  front: Front,
  caller: Caller,
  known: (request: FastifyRequest) => void,
): void {
  const { namespaces, propagation } = front;
  const home = `/v3/cluster/${front.config.cluster.id}/namespaces`;
  const link = (request: FastifyRequest) => (object: NormanObject) =>
    withLinks(object, `${baseOf(request)}${home}/${object.id}`, ["move"]);
  const read = (request: FastifyRequest) => {
    known(request);
    return namespaces.read(Params.parse(request.params).name);
  };
  const settled = async (request: FastifyRequest, namespace: V1Namespace) => {
    await propagation.settle(namespace.metadata?.name ?? "");
    return link(request)(namespaceView(namespace));
  };
  const projectFor = async (id: string | null | undefined): Promise<Project | undefined> => {
    if (id === undefined || id === null || id === "") return undefined;
    const project = await front.projects.find(id);
    if (project === undefined) throw new NormanError(422, "InvalidReference", `there is no project ${id}`, "projectId");
    return project;
  };

  app.get("/v3/cluster/:cluster/namespaces", async (request) => {
    known(request);
    return collection(request, "namespace", (await namespaces.list()).map(namespaceView), link(request));
  });

  app.post("/v3/cluster/:cluster/namespaces", async (request, reply) => {
    known(request);
    const body = parseBody(NamespaceBody, request.body);
    const project = await projectFor(body.projectId);
    await front.checkNamespaceQuota(project, body.name ?? "", orUndefined(body.resourceQuota?.limit));
    const namespace = await namespaces.create(body, project, caller.identity(request));
    return reply.code(201).send(await settled(request, namespace));
  });

  app.get("/v3/cluster/:cluster/namespaces/:name", async (request) =>
    link(request)(namespaceView(await read(request))),
  );

  app.put("/v3/cluster/:cluster/namespaces/:name", async (request) => {
    const namespace = await read(request);
    const body = parseBody(NamespaceBody, request.body);
    if (body.resourceQuota !== undefined) {
      const project = await front.projects.find(projectOf(namespace) ?? "");
      await front.checkNamespaceQuota(project, namespace.metadata?.name ?? "", orUndefined(body.resourceQuota?.limit));
    }
    return await settled(request, await namespaces.update(namespace, body));
  });

  app.post("/v3/cluster/:cluster/namespaces/:name", async (request) => {
    const namespace = await read(request);
    if (actionOf(request) !== "move") throw notFound(`action ${actionOf(request)}`);
    const project = await projectFor(parseBody(Move, request.body).projectId);
    await front.checkNamespaceQuota(project, namespace.metadata?.name ?? "", ownQuota(namespace));
    return await settled(request, await namespaces.move(namespace, project));
  });

  app.delete("/v3/cluster/:cluster/namespaces/:name", async (request, reply) => {
    await namespaces.remove(await read(request));
    return reply.code(204).send();
  });
}
