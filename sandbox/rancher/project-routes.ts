import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { baseOf, collection } from "./answers.ts";
import type { Caller } from "./answers.ts";
import type { Front } from "./front.ts";
import { parseBody, withLinks } from "./norman.ts";
import type { NormanObject } from "./norman.ts";
import { ProjectBody, projectId, projectView } from "./project.ts";
import { orUndefined } from "./quota.ts";
import { schemaCollection } from "./schemas.ts";

const Params = z.object({ project: z.string() });

/** `/v3/projects` and the schemas of a project's own collections. */
export function projectRoutes(app: FastifyInstance, front: Front, caller: Caller): void {
  const link = (request: FastifyRequest) => (object: NormanObject) =>
    withLinks(object, `${baseOf(request)}/v3/projects/${object.id}`);
  const read = (request: FastifyRequest) => front.projects.read(Params.parse(request.params).project);

  app.get("/v3/projects", async (request) =>
    collection(request, "project", (await front.projects.list()).map(projectView), link(request)),
  );

  app.post("/v3/projects", async (request, reply) => {
    const project = await front.projects.create(parseBody(ProjectBody, request.body), caller.identity(request));
    return reply.code(201).send(link(request)(projectView(project)));
  });

  app.get("/v3/projects/:project", async (request, reply) => {
    const project = await read(request);
    void reply.header("X-API-Schemas", `${baseOf(request)}/v3/project/${projectId(project)}/schemas`);
    return link(request)(projectView(project));
  });

  app.put("/v3/projects/:project", async (request) => {
    const project = await read(request);
    const body = parseBody(ProjectBody, request.body);
    const { _replace } = z.object({ _replace: z.string().optional() }).parse(request.query);
    const replace = _replace === "true";
    if (replace || body.resourceQuota !== undefined)
      await front.checkProjectQuota(
        project,
        orUndefined(body.resourceQuota?.limit),
        orUndefined(body.namespaceDefaultResourceQuota?.limit),
      );
    const changed = await front.projects.update(project, body, replace);
    await front.settleProject(changed);
    return link(request)(projectView(changed));
  });

  app.delete("/v3/projects/:project", async (request, reply) => {
    await front.removeProject(await read(request));
    return reply.code(204).send();
  });

  app.get("/v3/project/:project/schemas", async (request) => {
    const project = await read(request);
    return schemaCollection("project", `${baseOf(request)}/v3/project/${projectId(project)}`);
  });
}
