import assert from "node:assert/strict";

import { progressOf, refusedPods, stuckContainers, unscheduledPods } from "../../components/rollout-status.ts";

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
});
const quota = 'pods "web-1" is forbidden: exceeded quota: ns, requested: pods=1, used: pods=3, limited: pods=3';
const noRoom = "0/1 nodes are available: 1 Insufficient memory.";

describe("what stands in the way of a rollout", () => {
  const deployments: readonly [string, object, object[]][] = [
    ["nothing without a status", {}, []],
    ["nothing without conditions", { status: {} }, []],
    [
      "nothing that the provider says itself",
      { status: { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded", "late")] } },
      [],
    ],
    [
      "no failure that is over",
      { status: { conditions: [condition("ReplicaFailure", "False", "FailedCreate", quota)] } },
      [],
    ],
    [
      "pods that are refused",
      { status: { conditions: [condition("ReplicaFailure", "True", "FailedCreate", quota)] } },
      [{ reason: "FailedCreate", message: quota }],
    ],
  ];
  for (const [what, deployment, expected] of deployments)
    it(`in a Deployment: ${what}`, () => assert.deepEqual(refusedPods(deployment), expected));

  const lists: readonly [string, object[], object[]][] = [
    ["nothing where there are none", [], []],
    ["nothing in one that is new", [{}], []],
    ["nothing in one that has a node", [{ status: { conditions: [condition("PodScheduled", "True", "", "")] } }], []],
    [
      "none with a node",
      [{ status: { conditions: [condition("PodScheduled", "False", "Unschedulable", noRoom)] } }, {}],
      [{ reason: "Unschedulable", message: noRoom }],
    ],
  ];
  for (const [what, items, expected] of lists)
    it(`in pods: ${what}`, () => assert.deepEqual(unscheduledPods({ items }), expected));

  const containers: readonly [string, object[], object[]][] = [
    ["nothing that runs", [{ state: { running: {} } }], []],
    ["nothing that is just being made", [{ state: { waiting: { reason: "ContainerCreating" } } }], []],
    [
      "what can't be pulled",
      [{ state: { waiting: { reason: "ErrImagePull", message: "not found" } } }],
      [{ reason: "ErrImagePull", message: "not found" }],
    ],
  ];
  for (const [what, containerStatuses, expected] of containers)
    it(`in containers: ${what}`, () =>
      assert.deepEqual(stuckContainers({ items: [{ status: { containerStatuses } }] }), expected));
});

describe("how far a rollout is", () => {
  const late = [condition("Progressing", "False", "ProgressDeadlineExceeded", "late")];
  const all = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const cases: readonly [string, object, object, string | undefined, boolean?][] = [
    ["complete when all pods are new and available", { replicas: 2 }, all, undefined],
    ["complete with no pods where none are wanted", { replicas: 0 }, { observedGeneration: 2 }, undefined],
    ["complete when it is paused", { replicas: 2, paused: true }, { observedGeneration: 2 }, undefined],
    ["not complete before the controller has seen it", { replicas: 2 }, { ...all, observedGeneration: 1 }, "2 of 2"],
    ["not complete without pods of the new version", { replicas: 2 }, { ...all, updatedReplicas: 0 }, "0 of 2"],
    ["not complete while old pods run", { replicas: 2 }, { ...all, replicas: 3 }, "2 of 2"],
    ["not complete while new pods start", { replicas: 2 }, { ...all, availableReplicas: 1 }, "2 of 2"],
    ["failed when the cluster says so", { replicas: 1 }, { observedGeneration: 2, conditions: late }, "0 of 1", true],
    ["not failed by what was before", { replicas: 1 }, { observedGeneration: 1, conditions: late }, "0 of 1"],
  ];
  for (const [what, spec, status, count, failed = false] of cases)
    it(what, () => {
      const progress = progressOf({ metadata: { generation: 2 }, spec, status });
      if (progress.done) assert.equal(count, undefined);
      else {
        assert.equal(progress.message.slice(0, 6), count);
        assert.equal(progress.failed, failed);
      }
    });
});
