import { userInfo } from "node:os";

import type * as pulumi from "@pulumi/pulumi";

import { DeploymentLog } from "../components/deployment-log.ts";
import type { RegistryAccess } from "../components/registry-client.ts";
import { RolloutWatch } from "../components/rollout-watch.ts";
import type { Environment } from "./environment-config.ts";

/**
 * What looks after every Deployment of an environment: its rollout is watched and, once it is complete, recorded on GitHub where the
 * configuration says by whom.
 *
 * @param origin the environment's address without a path
 */
export function deploymentHooks(
  stack: string,
  { apps, organization, rancher, rancherToken, records }: Environment,
  registries: readonly RegistryAccess[],
  origin: string,
): pulumi.ResourceHookBinding {
  const { hooks } = new RolloutWatch({ ...rancher, token: rancherToken });
  if (records === undefined) return hooks;
  const { hook } = new DeploymentLog({
    ...{ github: records, organization, environment: stack, registries },
    actor: process.env["GITHUB_ACTOR"] ?? account(),
    addressOf: (app) => origin + (apps[app]?.path ?? ""),
  });
  // The engine calls hooks one after the other, and no more of them after one that fails.
  const { afterCreate = [], afterUpdate = [] } = hooks;
  return { ...hooks, afterCreate: [...afterCreate, hook], afterUpdate: [...afterUpdate, hook] };
}

/** The name of the account that runs the program. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a user that has no name.
    return "somebody";
  }
}
