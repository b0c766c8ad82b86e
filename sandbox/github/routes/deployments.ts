import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { conflict, notFound, unprocessable } from "../errors.ts";
import type { Deployment } from "../model.ts";
import { notify } from "../notify.ts";
import { latestCheckRuns, latestStatuses } from "../rules/required-checks.ts";
import { deploymentView } from "../views/deployment.ts";
import { newEnvironment } from "./environments.ts";

const New = z.object({
  ref: z.string(),
  task: z.string().default("deploy"),
  required_contexts: z.array(z.string()).optional(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().default("production"),
  description: z.string().nullish(),
  transient_environment: z.boolean().default(false),
  production_environment: z.boolean().optional(),
});

const read = { permissions: ["deployments=read"] } as const;
const write = { role: "write", permissions: ["deployments=write"] } as const;

/** The deployment that a path names. */
export function deploymentOf(call: RepositoryCall): Deployment {
  const deployment = call.repository.deployments.find(({ id }) => id === call.id("deployment_id"));
  if (deployment === undefined) throw notFound();
  return deployment;
}

/** Deployments. `auto_merge` is not done: a deployment never changes a branch. */
export function deploymentRoutes(api: Api): void {
  const { store } = api;
  const view = (call: RepositoryCall, one: Deployment) => deploymentView(store, call.urls, call.repository, one);
  api.repository("GET", "/deployments", read, (call) => {
    const wanted = (["sha", "ref", "task", "environment"] as const).map((key) => [key, call.query(key)] as const);
    const shown = call.repository.deployments.filter((one) =>
      wanted.every(([key, value]) => value === undefined || one[key] === value),
    );
    return call.page(shown.reverse()).items.map((one) => view(call, one));
  });
  api.repository("POST", "/deployments", write, async (call) => {
    const body = call.body(New);
    const sha = await call.git.resolve(body.ref);
    if (sha === undefined) throw unprocessable(`No ref found for: ${body.ref}`);
    checkContexts(call, body.ref, sha, body.required_contexts);
    const now = store.clock.now();
    const deployment: Deployment = {
      id: store.nextId(),
      sha,
      ref: body.ref,
      task: body.task,
      payload: body.payload,
      environment: body.environment,
      originalEnvironment: body.environment,
      description: body.description ?? null,
      creatorId: call.user().id,
      transient: body.transient_environment,
      production: body.production_environment ?? body.environment === "production",
      statuses: [],
      createdAt: now,
      updatedAt: now,
    };
    const { environments, deployments } = call.repository;
    if (!environments.some(({ name }) => name.toLowerCase() === body.environment.toLowerCase()))
      environments.push(newEnvironment(call, body.environment));
    deployments.push(deployment);
    call.save();
    notify(store, call.repository, call.user(), ["deployment", "created"], (urls) => ({
      deployment: deploymentView(store, urls, call.repository, deployment),
      workflow: null,
      workflow_run: null,
    }));
    return call.created(view(call, deployment));
  });
  api.repository("GET", "/deployments/:deployment_id", read, (call) => view(call, deploymentOf(call)));
  api.repository("DELETE", "/deployments/:deployment_id", write, (call) => {
    const deployment = deploymentOf(call);
    const last = deployment.statuses.at(-1)?.state;
    if (call.repository.deployments.length > 1 && last !== undefined && last !== "inactive")
      throw unprocessable(
        "We cannot delete an active deployment unless it is the only deployment in a given environment.",
      );
    call.repository.deployments = call.repository.deployments.filter((one) => one !== deployment);
    call.save();
    return call.noContent();
  });
}

/** Refuses to deploy a commit whose checks have not succeeded: those that are named, or all there are. */
function checkContexts(
  { repository }: RepositoryCall,
  ref: string,
  sha: string,
  required: readonly string[] | undefined,
): void {
  const good: readonly (string | null)[] = ["success", "neutral", "skipped"];
  const states = new Map<string, boolean>([
    ...latestStatuses(repository, sha).map(({ context, state }) => [context, state === "success"] as const),
    ...latestCheckRuns(repository, sha).map(({ name, conclusion }) => [name, good.includes(conclusion)] as const),
  ]);
  const bad = (required ?? [...states.keys()]).filter((context) => states.get(context) !== true);
  if (bad.length > 0) throw conflict(`Conflict: Commit status checks failed for ${ref}.`);
}
