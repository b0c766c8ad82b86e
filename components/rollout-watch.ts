import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { askCluster } from "./rancher-request.ts";
import type { RancherAccess } from "./rancher-request.ts";

/** Seconds between two looks at a rollout. The first is late enough for the cluster to have begun. */
const interval = 5;

const HookInputs = z.object({
  metadata: z.object({ namespace: z.string(), name: z.string() }),
  spec: z.object({ selector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }),
});
type HookInputs = z.infer<typeof HookInputs>;

/**
 * Says why a rollout does not get on, as soon as the cluster knows, in the two cases for which `@pulumi/kubernetes` waits without a word:
 * the pods are refused (a quota, an admission policy) or find no node. Everything else the provider says itself.
 *
 * Its hooks go on Deployments; they ask through Rancher with the token that deploys. They only report: what becomes of a rollout is
 * decided by its deadline.
 */
export class RolloutWatch {
  /** For the options of every Deployment. */
  readonly hooks: pulumi.ResourceHookBinding;
  readonly #access: RancherAccess;
  readonly #say: (message: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  /** @param say gets each reason once a rollout; default: a warning in the engine's output */
  constructor(access: RancherAccess, say: (message: string) => void = warn) {
    this.#access = access;
    this.#say = say;
    const begin = new pulumi.ResourceHook("rollout-begins", ({ urn, newInputs }) => {
      this.#begin(urn, HookInputs.parse(newInputs));
    });
    const end = new pulumi.ResourceHook("rollout-ended", ({ urn }) => {
      clearInterval(this.#timers.get(urn));
    });
    this.hooks = { beforeCreate: [begin], beforeUpdate: [begin], afterCreate: [end], afterUpdate: [end] };
  }

  #begin(urn: string, deployment: HookInputs): void {
    const said = new Set<string>();
    const look = async () => {
      for (const { reason, message } of await this.#obstacles(deployment)) {
        if (said.has(reason)) continue;
        said.add(reason);
        this.#say(`Deployment ${deployment.metadata.name}: [${reason}] ${message}`);
      }
    };
    // That the cluster can't be asked is for the provider to say, and the next look may succeed.
    const timer = setInterval(() => void look().catch(() => undefined), interval * 1000);
    // An update that fails calls no hook at its end, and must not keep the program.
    this.#timers.set(urn, timer.unref());
  }

  async #obstacles({ metadata: { namespace, name }, spec }: HookInputs): Promise<Obstacle[]> {
    const labels = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    const selector = encodeURIComponent(labels.join(","));
    const [deployment, pods] = await Promise.all([
      askCluster(this.#access, `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`),
      askCluster(this.#access, `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`),
    ]);
    return [
      ...(deployment.status === 200 ? refusedPods(JSON.parse(deployment.body)) : []),
      ...(pods.status === 200 ? unscheduledPods(JSON.parse(pods.body)) : []),
    ];
  }
}

const warn = (message: string): void => {
  void pulumi.log.warn(message).catch(() => undefined);
};

/** What stands in the way of a rollout, in the cluster's words. */
export interface Obstacle {
  /** One word, such as `FailedCreate`. */
  readonly reason: string;
  readonly message: string;
}

const Conditions = z
  .array(
    z.object({ type: z.string(), status: z.string(), reason: z.string().default(""), message: z.string().default("") }),
  )
  .default([]);
const Deployment = z.object({ status: z.object({ conditions: Conditions }).prefault({}) });
const PodList = z.object({ items: z.array(z.object({ status: z.object({ conditions: Conditions }).prefault({}) })) });

/** Pods that the cluster refuses to make: a Deployment's condition `ReplicaFailure` (Kubernetes, "Failed Deployment"). */
export const refusedPods = (deployment: unknown): Obstacle[] =>
  Deployment.parse(deployment).status.conditions.flatMap(({ type, status, reason, message }) =>
    type === "ReplicaFailure" && status === "True" ? [{ reason, message }] : [],
  );

/** Pods that find no node: a pod's condition `PodScheduled` is false (Kubernetes, "Pod Lifecycle"). */
export const unscheduledPods = (list: unknown): Obstacle[] =>
  PodList.parse(list).items.flatMap(({ status: { conditions } }) =>
    conditions.flatMap(({ type, status, reason, message }) =>
      type === "PodScheduled" && status === "False" ? [{ reason, message }] : [],
    ),
  );
