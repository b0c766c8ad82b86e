import assert from "node:assert/strict";

import { DeploymentAwaiter } from "../../../sandbox/plugins/kubernetes/await/deployment.ts";
import { checkPod } from "../../../sandbox/plugins/kubernetes/await/pod-check.ts";
import { map } from "../../../sandbox/plugins/kubernetes/objects.ts";
import type { Plain, PlainMap } from "../../../sandbox/plugins/shared/values.ts";
import { contextFor } from "./support.ts";

const revision = (value: string) => ({ "deployment.kubernetes.io/revision": value });
const condition = (type: string, status: string, reason = "", message = "") => ({ type, status, reason, message });

function deployment(
  generation: number,
  observed: number,
  rev: string,
  conditions: Plain[] = [],
  spec: PlainMap = {},
): PlainMap {
  const metadata = { name: "app", namespace: "shop", uid: "d", generation, annotations: revision(rev) };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec,
    status: { observedGeneration: observed, conditions },
  };
}

const owned = (name: string, uid: string, owner: string, rest: PlainMap): PlainMap => ({
  metadata: {
    name,
    namespace: "shop",
    uid,
    ownerReferences: [{ uid: owner }],
    ...(rest["annotations"] === undefined ? {} : { annotations: rest["annotations"] }),
  },
  ...rest,
});
const replicaSet = (rev: string, replicas: number, readyReplicas: number) =>
  owned(`app-${rev}`, `rs${rev}`, "d", {
    annotations: revision(rev),
    spec: { replicas },
    status: readyReplicas === 0 ? {} : { readyReplicas },
  });

const available = condition("Available", "True");
const complete = condition("Progressing", "True", "NewReplicaSetAvailable");
const progressing = condition("Progressing", "True", "ReplicaSetUpdated");

const brokenPod = owned("app-2-x", "p", "rs2", {
  kind: "Pod",
  status: {
    conditions: [
      condition("PodScheduled", "True"),
      condition("Initialized", "True"),
      condition("Ready", "False", "ContainersNotReady", "containers with unready status: [app]"),
    ],
    containerStatuses: [
      { name: "app", ready: false, state: { waiting: { reason: "ErrImagePull", message: "no such image" } } },
    ],
  },
});

describe("the wait for a new Deployment", () => {
  it("ends when its ReplicaSet is ready", () => {
    const { context, said } = contextFor(deployment(1, 0, ""));
    const awaiter = new DeploymentAwaiter(context);
    const see = (plural: string, object: PlainMap) => {
      awaiter.observe(plural, { type: "MODIFIED", object });
      return awaiter.isReady();
    };
    assert.equal(
      see(
        "deployments",
        deployment(1, 1, "1", [condition("Available", "False", "MinimumReplicasUnavailable", "not yet")]),
      ),
      false,
    );
    assert.equal(see("replicasets", replicaSet("1", 2, 0)), false);
    assert.equal(see("replicasets", replicaSet("1", 2, 2)), false);
    assert.equal(see("deployments", deployment(1, 1, "1", [available, progressing])), true);
    assert.deepEqual(said, [
      "warning: [MinimumReplicasUnavailable] not yet",
      "info: Waiting for app ReplicaSet to be available (0/2 Pods available)",
      "info: Deployment initialization complete",
    ]);
  });

  it("ends when it is scaled to nothing", () => {
    const { context, said } = contextFor(deployment(1, 0, ""));
    const awaiter = new DeploymentAwaiter(context);
    awaiter.observe("deployments", { type: "ADDED", object: deployment(1, 1, "1", [available]) });
    awaiter.observe("replicasets", { type: "ADDED", object: replicaSet("1", 0, 0) });
    assert.ok(awaiter.isReady());
    assert.ok(said.includes('warning: Replicas scaled to 0 for Deployment "app"'));
  });
});

describe("the wait for a changed Deployment", () => {
  const start = () => {
    const surroundings = contextFor(deployment(2, 1, "1"), deployment(1, 1, "1"));
    const awaiter = new DeploymentAwaiter(surroundings.context);
    return {
      ...surroundings,
      awaiter,
      add: (plural: string, object: PlainMap) => {
        awaiter.observe(plural, { type: "ADDED", object });
      },
    };
  };

  it("does not take the old rollout for the new one", () => {
    const { awaiter, add } = start();
    add("replicasets", replicaSet("1", 2, 2));
    add("deployments", deployment(1, 1, "1", [available, complete]));
    add("deployments", deployment(2, 1, "1", [available, complete]));
    assert.equal(awaiter.isReady(), false);
    add("deployments", deployment(2, 2, "2", [available, complete]));
    assert.equal(awaiter.isReady(), false);
    add("replicasets", replicaSet("2", 2, 2));
    assert.equal(awaiter.isReady(), true);
  });

  it("ends at once when the change starts no pods", () => {
    const { awaiter, add } = start();
    add("replicasets", replicaSet("1", 2, 2));
    add("deployments", deployment(2, 2, "1", [available, complete]));
    assert.ok(awaiter.isReady());
  });

  it("tells what is wrong with the new pods", () => {
    const { awaiter, add, said } = start();
    add(
      "deployments",
      deployment(2, 2, "2", [
        available,
        condition("Progressing", "False", "ProgressDeadlineExceeded", "timed out progressing"),
      ]),
    );
    add("replicasets", replicaSet("1", 2, 2));
    add("replicasets", replicaSet("2", 1, 0));
    add("pods", brokenPod);
    add("pods", owned("app-1-x", "q", "rs1", { kind: "Pod", status: {} }));
    awaiter.report();
    const pod = "[Pod shop/app-2-x]: containers with unready status: [app][ErrImagePull] no such image";
    assert.equal(awaiter.isReady(), false);
    assert.ok(said.includes(`warning: ${pod}`));
    assert.deepEqual(awaiter.problems(), [
      "[ProgressDeadlineExceeded] timed out progressing",
      "Minimum number of Pods to consider the application live was not attained",
      pod,
    ]);
  });

  it("includes the claims that its pods need", () => {
    const spec = { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] } } };
    const claim = (name: string, phase: string): PlainMap => ({ metadata: { name, uid: name }, status: { phase } });
    const { awaiter, add } = start();
    add("persistentvolumeclaims", claim("data", "Pending"));
    add("persistentvolumeclaims", claim("other", "Pending"));
    add("deployments", deployment(2, 2, "2", [available, complete], spec));
    add("replicasets", replicaSet("2", 1, 1));
    assert.equal(awaiter.isReady(), false);
    assert.deepEqual(awaiter.problems(), ['Failed to bind PersistentVolumeClaim(s): "data"']);
    add("persistentvolumeclaims", claim("data", "Bound"));
    assert.ok(awaiter.isReady());
  });

  it("of a read starts from things as they are", () => {
    const { context } = contextFor(deployment(2, 2, "2"));
    const awaiter = new DeploymentAwaiter(context, true);
    awaiter.observe("deployments", { type: "ADDED", object: deployment(2, 2, "2", [available, complete]) });
    awaiter.observe("replicasets", { type: "ADDED", object: replicaSet("2", 1, 1) });
    assert.ok(awaiter.isReady());
  });
});

describe("a look at a pod", () => {
  const status = (containerStatus: PlainMap): PlainMap => ({
    ...brokenPod,
    status: { ...map(brokenPod, "status"), containerStatuses: [{ name: "app", ready: false, ...containerStatus }] },
  });
  const words = (pod: PlainMap) => checkPod(pod).results.at(-1)?.message?.text;
  const head = "[Pod shop/app-2-x]: containers with unready status: [app]";
  const cases: readonly [string, PlainMap, string][] = [
    ["that is being made", { state: { waiting: { reason: "ContainerCreating" } } }, head],
    [
      "that crashed before",
      {
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off" } },
        lastState: { terminated: { reason: "Error", exitCode: 3, finishedAt: "2026-11-24T00:00:00Z" } },
      },
      `${head}[CrashLoopBackOff] back-off\ncontainer "app" terminated at 2026-11-24T00:00:00Z (Error: exit code 3)`,
    ],
    [
      "that has ended",
      { state: { terminated: { reason: "Completed", exitCode: 0 } } },
      `${head}container "app" completed with exit code 0`,
    ],
  ];
  for (const [name, containerStatus, expected] of cases)
    it(`${name} tells so`, () => {
      assert.equal(words(status(containerStatus)), expected);
    });
});
