import * as z from "zod";

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

const Deployment = z.object({
  metadata: z.object({ generation: z.int().default(0) }).prefault({}),
  spec: z.object({ replicas: z.int().default(1), paused: z.boolean().default(false) }).prefault({}),
  status: z
    .object({
      observedGeneration: z.int().default(0),
      replicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      conditions: Conditions,
    })
    .prefault({}),
});

const State = z.object({
  waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
});
const PodList = z.object({
  items: z.array(
    z.object({
      status: z
        .object({
          conditions: Conditions,
          containerStatuses: z.array(z.object({ state: State.prefault({}) })).default([]),
        })
        .prefault({}),
    }),
  ),
});

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

/** Containers that wait for something that failed, such as a pull or a start; a container that is just being made has no message. */
export const stuckContainers = (list: unknown): Obstacle[] =>
  PodList.parse(list).items.flatMap(({ status: { containerStatuses } }) =>
    containerStatuses.flatMap(({ state: { waiting } }) =>
      waiting === undefined || waiting.message === "" ? [] : [waiting],
    ),
  );

/** How far a rollout is. */
export type Progress =
  | { readonly done: true }
  | {
      readonly done: false;
      /** The cluster has given it up. */
      readonly failed: boolean;
      /** As in `1 of 2 pods are of the new version, 0 of them available`. */
      readonly message: string;
    };

/** How far a Deployment's rollout is, by the rules of `kubectl rollout status`. One that is paused rolls nothing out. */
export function progressOf(deployment: unknown): Progress {
  const { metadata, spec, status } = Deployment.parse(deployment);
  const seen = status.observedGeneration >= metadata.generation;
  const { replicas, updatedReplicas, availableReplicas } = status;
  const complete =
    updatedReplicas >= spec.replicas && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
  if (seen && (complete || spec.paused)) return { done: true };
  const failed = status.conditions.some(({ reason }) => reason === "ProgressDeadlineExceeded");
  const count = `${String(updatedReplicas)} of ${String(spec.replicas)} pods are of the new version`;
  return {
    done: false,
    failed: seen && failed,
    message: `${count}, ${String(availableReplicas)} in all are available`,
  };
}
