import type { V1Secret } from "@kubernetes/client-node";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";

import { baseOf, collection } from "./answers.ts";
import type { Caller } from "./answers.ts";
import type { Front } from "./front.ts";
import { parseBody, withLinks } from "./norman.ts";
import type { NormanObject } from "./norman.ts";
import { projectId } from "./project.ts";
import type { Project } from "./project.ts";
import { RegistryBody, registryView } from "./registry.ts";

const Params = z.object({ project: z.string(), id: z.string().default("") });

/** The two kinds of docker credential: for a whole project, and for one namespace. */
const kinds = [
  { type: "dockerCredential", plural: "dockercredentials", namespaced: false },
  { type: "namespacedDockerCredential", plural: "namespaceddockercredentials", namespaced: true },
] as const;

/** `/v3/project/ID/dockercredentials` and `…/namespaceddockercredentials`. An answer comes when the namespaces have what it says. */
export function registryRoutes(app: FastifyInstance, front: Front, caller: Caller): void {
  const { registries } = front;
  for (const { type, plural, namespaced } of kinds) {
    const at = `/v3/project/:project/${plural}`;
    const view = (secret: V1Secret) => registryView(secret, type);
    const link = (request: FastifyRequest, project: Project) => (object: NormanObject) =>
      withLinks(object, `${baseOf(request)}/v3/project/${projectId(project)}/${plural}/${object.id}`);
    const projectOf = (request: FastifyRequest) => front.projects.read(Params.parse(request.params).project);
    const find = async (request: FastifyRequest) => {
      const project = await projectOf(request);
      return { project, secret: await registries.read(project, Params.parse(request.params).id, namespaced) };
    };
    const settle = async (project: Project) => {
      if (!namespaced) await front.settleProject(project);
    };

    app.get(at, async (request) => {
      const project = await projectOf(request);
      const secrets = await (namespaced ? registries.ofNamespaces(project) : registries.ofProject(project));
      return collection(request, type, secrets.map(view), link(request, project));
    });

    app.post(at, async (request, reply) => {
      const project = await projectOf(request);
      const secret = await registries.create(
        project,
        parseBody(RegistryBody, request.body),
        namespaced,
        caller.identity(request),
      );
      await settle(project);
      return reply.code(201).send(link(request, project)(view(secret)));
    });

    app.get(`${at}/:id`, async (request) => {
      const { project, secret } = await find(request);
      return link(request, project)(view(secret));
    });

    app.put(`${at}/:id`, async (request) => {
      const { project, secret } = await find(request);
      const changed = await registries.update(secret, parseBody(RegistryBody, request.body));
      await settle(project);
      return link(request, project)(view(changed));
    });

    app.delete(`${at}/:id`, async (request, reply) => {
      const { project, secret } = await find(request);
      await registries.remove(secret);
      await settle(project);
      return reply.code(204).send();
    });
  }
}
