import { setTimeout as delay } from "node:timers/promises";

import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { askCluster } from "./rancher-request.ts";
import type { RancherAccess } from "./rancher-request.ts";
import { progressOf, refusedPods, stuckContainers, unscheduledPods } from "./rollout-status.ts";
import type { Obstacle } from "./rollout-status.ts";

/** Seconds between two looks at a rollout that gets on or does not. The first is late enough for the cluster to have begun. */
const interval = 5;
/** Milliseconds between two looks at a rollout that should be over. */
const closingInterval = 250;
/** Seconds after a rollout's deadline within which the cluster says that it was missed. */
const grace = 10;

/** What is needed of a Deployment; the provider has completed it by the time a hook is called. */
const HookInputs = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({
    // Kubernetes' own default, where a transform has taken ours away.
    progressDeadlineSeconds: z.int().default(600),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  }),
});
type HookInputs = z.infer<typeof HookInputs>;

/**
 * Looks after rollouts where `@pulumi/kubernetes` does not. It asks through Rancher with the token that deploys.
 *
 * While the provider waits: says why a rollout does not get on in the two cases for which the provider waits without a word: the pods are
 * refused (a quota, an admission policy) or find no node. It only reports; a rollout ends by its deadline.
 *
 * When the provider has waited: makes sure that it has not stopped too early. Back to a version that ran before, it takes the old
 * ReplicaSet, which has no pods yet and wants none, for a complete one.
 */
export class RolloutWatch {
  /** For the options of every Deployment. */
  readonly hooks: pulumi.ResourceHookBinding;
  readonly #access: RancherAccess;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(access: RancherAccess) {
    this.#access = access;
    const begin = new pulumi.ResourceHook("rollout-begins", ({ urn, newInputs }) => {
      this.#begin(urn, HookInputs.parse(newInputs));
    });
    const end = new pulumi.ResourceHook("rollout-ended", async ({ urn, newInputs }) => {
      try {
        await this.#end(HookInputs.parse(newInputs));
      } finally {
        clearInterval(this.#timers.get(urn));
      }
    });
    this.hooks = { beforeCreate: [begin], beforeUpdate: [begin], afterCreate: [end], afterUpdate: [end] };
  }

  #begin(urn: string, deployment: HookInputs): void {
    const said = new Set<string>();
    const look = async () => {
      const [state, pods] = await Promise.all([this.#deployment(deployment), this.#pods(deployment)]);
      for (const { reason, message } of [...refusedPods(state), ...unscheduledPods(pods)]) {
        if (said.has(reason)) continue;
        said.add(reason);
        await pulumi.log.warn(`Deployment ${deployment.metadata.name}: [${reason}] ${message}`);
      }
    };
    // That the cluster can't be asked is for the provider to say, and the next look may succeed.
    const timer = setInterval(() => void look().catch(() => undefined), interval * 1000);
    // An update that fails calls no hook at its end, and must not keep the program.
    this.#timers.set(urn, timer.unref());
  }

  /** @throws Error that says how far the rollout is and what stands in its way, once its deadline is over */
  async #end(deployment: HookInputs): Promise<void> {
    const { progressDeadlineSeconds } = deployment.spec;
    const deadline = Date.now() + (progressDeadlineSeconds + grace) * 1000;
    for (;;) {
      const progress = progressOf(await this.#deployment(deployment));
      if (progress.done) return;
      if (progress.failed || Date.now() > deadline) {
        const [state, pods] = await Promise.all([this.#deployment(deployment), this.#pods(deployment)]);
        const obstacles = [...refusedPods(state), ...unscheduledPods(pods), ...stuckContainers(pods)];
        throw new Error(
          `the rollout is not complete after ${String(progressDeadlineSeconds)} s: ${[progress.message, ...described(obstacles)].join("; ")}`,
        );
      }
      await delay(closingInterval);
    }
  }

  #deployment({ metadata: { namespace, name } }: HookInputs): Promise<unknown> {
    return this.#get(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  }

  #pods({ metadata: { namespace }, spec: { selector } }: HookInputs): Promise<unknown> {
    const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    return this.#get(`/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(","))}`);
  }

  async #get(path: string): Promise<unknown> {
    const { status, body } = await askCluster(this.#access, path);
    if (status !== 200) throw new Error(`the cluster answers ${String(status)} when asked for ${path}`);
    return JSON.parse(body);
  }
}

/** Each reason once. */
const described = (obstacles: readonly Obstacle[]): string[] =>
  [...new Map(obstacles.map((obstacle) => [obstacle.reason, obstacle])).values()].map(
    ({ reason, message }) => `[${reason}] ${message}`,
  );
