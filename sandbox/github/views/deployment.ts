import { nodeId } from "../node-id.ts";
import type { Deployment, DeploymentStatus, Repository } from "../model.ts";
import type { Schema } from "../schema.ts";
import type { Store } from "../store.ts";
import type { Urls } from "../urls.ts";
import { simpleUserOrNull } from "./account.ts";

/** A deployment. */
export function deploymentView(
  store: Store,
  urls: Urls,
  repository: Repository,
  one: Deployment,
): Schema<"deployment"> {
  const api = urls.repository(store, repository);
  const url = `${api}/deployments/${String(one.id)}`;
  return {
    url,
    id: one.id,
    node_id: nodeId("Deployment", one.id),
    sha: one.sha,
    ref: one.ref,
    task: one.task,
    payload: one.payload,
    original_environment: one.originalEnvironment,
    environment: one.environment,
    description: one.description,
    creator: simpleUserOrNull(urls, store.userById(one.creatorId)),
    created_at: one.createdAt,
    updated_at: one.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: api,
    transient_environment: one.transient,
    production_environment: one.production,
  };
}

/** A status of a deployment. */
export function deploymentStatusView(
  store: Store,
  urls: Urls,
  repository: Repository,
  deployment: Deployment,
  status: DeploymentStatus,
): Schema<"deployment-status"> {
  const api = urls.repository(store, repository);
  const url = `${api}/deployments/${String(deployment.id)}`;
  return {
    url: `${url}/statuses/${String(status.id)}`,
    id: status.id,
    node_id: nodeId("DeploymentStatus", status.id),
    state: status.state,
    creator: simpleUserOrNull(urls, store.userById(status.creatorId)),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: status.createdAt,
    updated_at: status.updatedAt,
    deployment_url: url,
    repository_url: api,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
  };
}
