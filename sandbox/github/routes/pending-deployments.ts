import * as z from "zod";

import type { Api } from "../api.ts";
import type { RepositoryCall } from "../call.ts";
import { mayReview } from "../environment-rules.ts";
import { unprocessable } from "../errors.ts";
import type { Schema } from "../schema.ts";
import { deploymentView } from "../views/deployment.ts";
import { environmentView } from "../views/environment.ts";

const Decision = z.object({
  environment_ids: z.array(z.int()).min(1),
  state: z.enum(["approved", "rejected"]),
  comment: z.string(),
});

/** Jobs of a run that wait for reviewers. A run that is over, or never was, has none. Wait timers are not kept: nobody waits for them. */
export function pendingDeploymentRoutes(api: Api): void {
  const { store } = api;
  const path = "/actions/runs/:run_id/pending_deployments";
  const waiting = (call: RepositoryCall) =>
    store.gates.of(call.repository, call.id("run_id")).flatMap((job) => {
      const environment = call.repository.environments.find(({ id }) => id === job.environmentId);
      return environment === undefined ? [] : [{ job, environment }];
    });
  api.repository("GET", path, { permissions: ["actions=read"] }, (call) =>
    waiting(call).map(({ job, environment }): Schema<"pending-deployment"> => {
      const { id, node_id, name, url, html_url, protection_rules } = environmentView(
        store,
        call.urls,
        call.repository,
        environment,
      );
      return {
        environment: { id, node_id, name, url, html_url },
        wait_timer: environment.waitTimer,
        wait_timer_started_at: null,
        current_user_can_approve: mayReview(store, environment, call.user(), job.actor),
        reviewers: protection_rules?.flatMap((rule) => ("reviewers" in rule ? (rule.reviewers ?? []) : [])) ?? [],
      };
    }),
  );
  api.repository("POST", path, { permissions: ["deployments=write"] }, (call) => {
    const { environment_ids: ids, state, comment } = call.body(Decision);
    const meant = waiting(call).filter(({ environment }) => ids.includes(environment.id));
    const unknown = ids.filter((id) => !meant.some(({ environment }) => environment.id === id));
    if (unknown.length > 0) throw unprocessable(`No pending deployment for environment ${unknown.join(", ")}`);
    const reviewer = call.user();
    const closed = meant.find(({ environment, job }) => !mayReview(store, environment, reviewer, job.actor));
    if (closed !== undefined)
      throw unprocessable(`${reviewer.login} may not review deployments to ${closed.environment.name}`);
    for (const { job } of meant) store.gates.decide(job, { state, reviewer: reviewer.login, comment });
    return meant.map(({ job }) => deploymentView(store, call.urls, call.repository, job.deployment));
  });
}
