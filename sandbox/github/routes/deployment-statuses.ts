import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { notFound } from "../errors.ts";
import type { Deployment, DeploymentStatus } from "../model.ts";
import { notify } from "../notify.ts";
import { deploymentStatusView, deploymentView } from "../views/deployment.ts";
import { deploymentOf } from "./deployments.ts";

const NewStatus = z.object({
  state: z.enum(["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]),
  target_url: z.string().optional(),
  log_url: z.string().optional(),
  description: z.string().max(140).default(""),
  environment: z.string().optional(),
  environment_url: z.string().default(""),
  auto_inactive: z.boolean().default(true),
});

const read = { permissions: ["deployments=read"] } as const;
const write = { role: "write", permissions: ["deployments=write"] } as const;

/** Statuses of deployments. A success retires what was deployed to the same environment before. */
export function deploymentStatusRoutes(api: Api): void {
  const { store } = api;
  const path = "/deployments/:deployment_id/statuses";
  const view = (call: RepositoryCall, deployment: Deployment, status: DeploymentStatus) =>
    deploymentStatusView(store, call.urls, call.repository, deployment, status);
  api.repository("GET", path, read, (call) => {
    const deployment = deploymentOf(call);
    return call.page([...deployment.statuses].reverse()).items.map((status) => view(call, deployment, status));
  });
  api.repository("GET", `${path}/:status_id`, read, (call) => {
    const deployment = deploymentOf(call);
    const status = deployment.statuses.find(({ id }) => id === call.id("status_id"));
    if (status === undefined) throw notFound();
    return view(call, deployment, status);
  });
  api.repository("POST", path, write, (call) => {
    const deployment = deploymentOf(call);
    const body = call.body(NewStatus);
    deployment.environment = body.environment ?? deployment.environment;
    const status = addStatus(call, deployment, body.state, {
      description: body.description,
      environmentUrl: body.environment_url,
      logUrl: body.log_url ?? body.target_url ?? "",
    });
    if (body.state === "success" && body.auto_inactive) retire(call, deployment);
    call.save();
    notify(store, call.repository, call.user(), ["deployment_status", "created"], (urls) => ({
      deployment_status: deploymentStatusView(store, urls, call.repository, deployment, status),
      deployment: deploymentView(store, urls, call.repository, deployment),
    }));
    return call.created(view(call, deployment, status));
  });
}

function addStatus(
  call: RepositoryCall,
  deployment: Deployment,
  state: DeploymentStatus["state"],
  texts: Pick<DeploymentStatus, "description" | "environmentUrl" | "logUrl">,
): DeploymentStatus {
  const now = call.store.clock.now();
  const status: DeploymentStatus = {
    id: call.store.nextId(),
    state,
    creatorId: call.user().id,
    environment: deployment.environment,
    ...texts,
    createdAt: now,
    updatedAt: now,
  };
  deployment.statuses.push(status);
  deployment.updatedAt = now;
  return status;
}

/** What was deployed to the same environment before is inactive now, unless it was transient or production. */
function retire(call: RepositoryCall, current: Deployment): void {
  const texts = { description: "", environmentUrl: "", logUrl: "" };
  for (const one of call.repository.deployments)
    if (
      one !== current &&
      one.environment === current.environment &&
      !one.transient &&
      !one.production &&
      one.statuses.at(-1)?.state === "success"
    )
      addStatus(call, one, "inactive", texts);
}
