import assert from "node:assert/strict";

import { refusedPods, unscheduledPods } from "../../components/rollout-watch.ts";

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
});
