import type { FastifyInstance } from "fastify";
import * as z from "zod";

import { refusal } from "../environment-rules.ts";
import { invalidRequest, notFound } from "../errors.ts";
import type { Deployment } from "../model.ts";
import { newEnvironment } from "../routes/environments.ts";
import type { Store } from "../store.ts";

const Request = z.strictObject({
  repository: z.string(),
  run: z.int(),
  environment: z.string(),
  ref: z.string(),
  sha: z.string(),
  /** Login of who caused the run. */
  actor: z.string(),
});
const DeploymentId = z.object({ id: z.coerce.number().int() });

/**
 * What the sandbox's runner asks before a job that is for an environment, and GitHub keeps to itself:
 * - `POST /_emulator/deployments`: whether the job may go on. `{ state: "free" }`, `{ state: "refused", reason }`, or
 *   `{ state: "waiting", id }` where the environment has reviewers. An environment that is not there is made.
 *   GitHub makes a deployment of every such job; here those that wait have one;
 * - `GET /_emulator/deployments/ID/review` answers once a reviewer has said something; `DELETE /_emulator/deployments/ID`: nobody waits any more.
 */
export function deploymentGateRoutes(app: FastifyInstance, store: Store): void {
  app.post("/_emulator/deployments", ({ body }) => {
    const wanted = Request.safeParse(body);
    if (!wanted.success) throw invalidRequest(wanted.error);
    const { ref, sha, actor, run } = wanted.data;
    const [owner = "", name = ""] = wanted.data.repository.split("/");
    const repository = store.repository(owner, name);
    if (repository === undefined) throw notFound();
    const wantedName = wanted.data.environment.toLowerCase();
    let environment = repository.environments.find((one) => one.name.toLowerCase() === wantedName);
    if (environment === undefined) {
      environment = newEnvironment({ store }, wanted.data.environment);
      repository.environments.push(environment);
      store.save(repository);
    }
    const reason = refusal(repository, environment, ref);
    if (reason !== undefined) return { state: "refused", reason };
    if (environment.reviewers.length === 0) return { state: "free" };
    const now = store.clock.now();
    const deployment: Deployment = {
      ...{ id: store.nextId(), sha, ref: ref.replace(/^refs\/(?:heads|tags)\//u, ""), task: "deploy", payload: {} },
      ...{ environment: environment.name, originalEnvironment: environment.name, description: null },
      ...{ creatorId: store.user("github-actions[bot]")?.id ?? 0, transient: false, production: false, statuses: [] },
      ...{ createdAt: now, updatedAt: now },
    };
    repository.deployments.push(deployment);
    store.save(repository);
    store.gates.add({ repositoryId: repository.id, run, environmentId: environment.id, deployment, actor });
    return { state: "waiting", id: deployment.id };
  });
  app.get("/_emulator/deployments/:id/review", async ({ params }) => {
    const review = store.gates.review(DeploymentId.parse(params).id);
    if (review === undefined) throw notFound();
    return review;
  });
  app.delete("/_emulator/deployments/:id", ({ params }, reply) => {
    store.gates.forget(DeploymentId.parse(params).id);
    return reply.code(204).send();
  });
}
