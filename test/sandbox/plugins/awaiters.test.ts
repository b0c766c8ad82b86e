import assert from "node:assert/strict";

import { DaemonSetAwaiter } from "../../../sandbox/plugins/kubernetes/await/daemonset.ts";
import { JobAwaiter, PodAwaiter } from "../../../sandbox/plugins/kubernetes/await/job-and-pod.ts";
import { claimReady, quotaReady } from "../../../sandbox/plugins/kubernetes/await/simple.ts";
import { StatefulSetAwaiter } from "../../../sandbox/plugins/kubernetes/await/statefulset.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";
import { contextFor, feed, named } from "./support.ts";

const condition = (type: string, reason = "", message = "") => ({ type, status: "True", reason, message });

describe("the wait for a StatefulSet", () => {
  const set = (generation: number, status: PlainMap, type = "RollingUpdate") =>
    named({ spec: { replicas: 2, updateStrategy: { type } }, status }, generation);
  const ready = { replicas: 2, readyReplicas: 2 };

  it("ends when all replicas are ready and of one revision", () => {
    const { context, said } = contextFor(set(1, {}));
    const awaiter = new StatefulSetAwaiter(context);
    const steps = [
      set(1, { observedGeneration: 0, ...ready, currentReplicas: 2, currentRevision: "a", updateRevision: "a" }),
      set(1, {
        observedGeneration: 1,
        replicas: 1,
        readyReplicas: 1,
        updatedReplicas: 1,
        currentRevision: "a",
        updateRevision: "a",
      }),
      set(1, { observedGeneration: 1, ...ready, currentReplicas: 2, currentRevision: "a", updateRevision: "a" }),
    ];
    assert.deepEqual(feed(awaiter, "statefulsets", ...steps), [false, false, true]);
    assert.ok(said.includes("info: [1/2] Waiting for StatefulSet to create Pods (1/2 Pods ready)"));
  });

  it("waits for the revision of an update, except where pods change when they are deleted", () => {
    const rolling = set(2, {
      observedGeneration: 2,
      ...ready,
      currentReplicas: 2,
      currentRevision: "a",
      updateRevision: "b",
    });
    const { context } = contextFor(set(2, {}));
    const awaiter = new StatefulSetAwaiter(context);
    assert.deepEqual(feed(awaiter, "statefulsets", rolling), [false]);
    assert.deepEqual(awaiter.problems(), [
      'StatefulSet controller failed to advance from revision "a" to revision "b"',
    ]);
    const onDelete = set(2, { observedGeneration: 2, ...ready, currentRevision: "a", updateRevision: "b" }, "OnDelete");
    assert.deepEqual(feed(new StatefulSetAwaiter(contextFor(set(2, {})).context), "statefulsets", onDelete), [true]);
  });
});

describe("the wait for a DaemonSet", () => {
  it("ends when every node has an updated, ready pod", () => {
    const { context, said } = contextFor(named({}, 2));
    const awaiter = new DaemonSetAwaiter(context);
    const counts = (updated: number, available: number) => ({
      desiredNumberScheduled: 1,
      currentNumberScheduled: 1,
      updatedNumberScheduled: updated,
      numberAvailable: available,
      numberReady: available,
    });
    const steps = [
      named({ status: { observedGeneration: 1, ...counts(1, 1) } }, 2),
      named({ status: { observedGeneration: 2, ...counts(0, 1) } }, 2),
      named({ status: { observedGeneration: 2, ...counts(1, 0) } }, 2),
      named({ status: { observedGeneration: 2, ...counts(1, 1) } }, 2),
    ];
    assert.deepEqual(feed(awaiter, "daemonsets", ...steps), [false, false, false, true]);
    assert.deepEqual(said, [
      "info: DaemonSet generation is 2, but latest observed generation is 1",
      "info: Updated: 0/1",
      "info: Available: 0/1",
      "info: All replicas scheduled as expected. Replicas: 1",
    ]);
  });
});

describe("the wait for a Job", () => {
  const job = (...conditions: PlainMap[]) => named({ status: { startTime: "t", conditions, succeeded: 1 } });

  it("ends when it is complete", () => {
    assert.deepEqual(
      feed(new JobAwaiter(contextFor(named()).context), "jobs", named(), job(), job(condition("Complete"))),
      [false, false, true],
    );
  });

  it("ends at once when it has failed", () => {
    const awaiter = new JobAwaiter(contextFor(named()).context);
    feed(awaiter, "jobs", job(condition("Failed", "BackoffLimitExceeded", "too often")));
    assert.ok(awaiter.hasFailed());
    assert.deepEqual(awaiter.problems(), ["[BackoffLimitExceeded] too often"]);
  });
});

describe("the wait for a Pod", () => {
  it("ends when it is ready", () => {
    const pod = (...conditions: PlainMap[]) => named({ status: { conditions } });
    const steps = [
      pod(),
      pod(condition("PodScheduled")),
      pod(condition("PodScheduled"), condition("Initialized"), condition("Ready")),
    ];
    const { context, said } = contextFor(pod());
    assert.deepEqual(feed(new PodAwaiter(context), "pods", ...steps), [false, false, true]);
    assert.equal(said[0], 'info: Waiting for Pod "shop/app" to be scheduled');
  });
});

describe("simple objects", () => {
  it("are ready when their status says so", () => {
    const claim = (phase: string) => ({ status: { phase } });
    const { context } = contextFor(named());
    assert.deepEqual(
      ["Pending", "Bound"].map((phase) => claimReady("Immediate")(claim(phase), context)),
      [false, true],
    );
    assert.deepEqual(
      ["Pending", "Bound"].map((phase) => claimReady("WaitForFirstConsumer")(claim(phase), context)),
      [true, false],
    );
    assert.ok(claimReady("WaitForFirstConsumer")(claim("Bound"), contextFor(named(), named()).context));
    assert.ok(quotaReady({ spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } }));
    assert.ok(!quotaReady({ spec: { hard: { pods: "1" } }, status: { hard: { pods: "2" } } }));
  });
});
