import assert from "node:assert/strict";

import type { Awaiter } from "../../../sandbox/plugins/kubernetes/await/awaiter.ts";
import { DaemonSetAwaiter } from "../../../sandbox/plugins/kubernetes/await/daemonset.ts";
import { IngressAwaiter } from "../../../sandbox/plugins/kubernetes/await/ingress.ts";
import { JobAwaiter, PodAwaiter } from "../../../sandbox/plugins/kubernetes/await/job-and-pod.ts";
import { ServiceAwaiter } from "../../../sandbox/plugins/kubernetes/await/service.ts";
import { claimReady, quotaReady } from "../../../sandbox/plugins/kubernetes/await/simple.ts";
import { StatefulSetAwaiter } from "../../../sandbox/plugins/kubernetes/await/statefulset.ts";
import { parseWaitFor } from "../../../sandbox/plugins/kubernetes/await/wait-for.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";
import { contextFor } from "./support.ts";

const named = (rest: PlainMap = {}, generation = 1): PlainMap => ({ metadata: { name: "app", namespace: "shop", uid: "o", generation }, ...rest });
const condition = (type: string, reason = "", message = "") => ({ type, status: "True", reason, message });

/** Feeds an awaiter and tells whether it is satisfied after each object. */
const feed = (awaiter: Awaiter, plural: string, ...objects: PlainMap[]) =>
  objects.map((object) => {
    awaiter.observe(plural, { type: "MODIFIED", object });
    return awaiter.isReady();
  });

describe("the wait for a StatefulSet", () => {
  const set = (generation: number, status: PlainMap, type = "RollingUpdate") => named({ spec: { replicas: 2, updateStrategy: { type } }, status }, generation);
  const ready = { replicas: 2, readyReplicas: 2 };

  it("ends when all replicas are ready and of one revision", () => {
    const { context, said } = contextFor(set(1, {}));
    const awaiter = new StatefulSetAwaiter(context);
    const steps = [
      set(1, { observedGeneration: 0, ...ready, currentReplicas: 2, currentRevision: "a", updateRevision: "a" }),
      set(1, { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentRevision: "a", updateRevision: "a" }),
      set(1, { observedGeneration: 1, ...ready, currentReplicas: 2, currentRevision: "a", updateRevision: "a" }),
    ];
    assert.deepEqual(feed(awaiter, "statefulsets", ...steps), [false, false, true]);
    assert.ok(said.includes("info: [1/2] Waiting for StatefulSet to create Pods (1/2 Pods ready)"));
  });

  it("waits for the revision of an update, except where pods change when they are deleted", () => {
    const rolling = set(2, { observedGeneration: 2, ...ready, currentReplicas: 2, currentRevision: "a", updateRevision: "b" });
    const { context } = contextFor(set(2, {}));
    const awaiter = new StatefulSetAwaiter(context);
    assert.deepEqual(feed(awaiter, "statefulsets", rolling), [false]);
    assert.deepEqual(awaiter.problems(), ['StatefulSet controller failed to advance from revision "a" to revision "b"']);
    const onDelete = set(2, { observedGeneration: 2, ...ready, currentRevision: "a", updateRevision: "b" }, "OnDelete");
    assert.deepEqual(feed(new StatefulSetAwaiter(contextFor(set(2, {})).context), "statefulsets", onDelete), [true]);
  });
});

describe("the wait for a DaemonSet", () => {
  it("ends when every node has an updated, ready pod", () => {
    const { context, said } = contextFor(named({}, 2));
    const awaiter = new DaemonSetAwaiter(context);
    const counts = (updated: number, available: number) => ({ desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: updated, numberAvailable: available, numberReady: available });
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
    assert.deepEqual(feed(new JobAwaiter(contextFor(named()).context), "jobs", named(), job(), job(condition("Complete"))), [false, false, true]);
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
    const steps = [pod(), pod(condition("PodScheduled")), pod(condition("PodScheduled"), condition("Initialized"), condition("Ready"))];
    const { context, said } = contextFor(pod());
    assert.deepEqual(feed(new PodAwaiter(context), "pods", ...steps), [false, false, true]);
    assert.equal(said[0], 'info: Waiting for Pod "shop/app" to be scheduled');
  });
});

describe("the wait for a Service", () => {
  const service = (spec: PlainMap = {}, status: PlainMap = {}) => named({ spec: { selector: { app: "app" }, ...spec }, status });
  const endpoints = (addresses: number, unready: number) => named({ subsets: [{ addresses: Array(addresses).fill({ ip: "1" }), notReadyAddresses: Array(unready).fill({ ip: "1" }) }] });

  it("ends when its endpoints are ready", () => {
    const awaiter = new ServiceAwaiter(contextFor(service()).context);
    assert.deepEqual(feed(awaiter, "services", service()), [false]);
    assert.deepEqual(feed(awaiter, "endpoints", endpoints(0, 1), endpoints(1, 1), endpoints(2, 0)), [false, false, true]);
  });

  it("gives a Service without pods ten seconds to find some", () => {
    const { context, pass } = contextFor(service());
    const awaiter = new ServiceAwaiter(context);
    feed(awaiter, "services", service());
    assert.deepEqual(feed(awaiter, "endpoints", named()), [false]);
    pass(10);
    assert.ok(awaiter.isReady());
  });

  it("needs no pods where there are none to need", () => {
    for (const spec of [{ clusterIP: "None" }, { type: "ExternalName" }, { selector: {} }])
      assert.deepEqual(feed(new ServiceAwaiter(contextFor(service(spec)).context), "services", service(spec)), [true]);
  });

  it("needs an address where it is a load balancer's", () => {
    const balanced = { type: "LoadBalancer" };
    const awaiter = new ServiceAwaiter(contextFor(service(balanced)).context);
    feed(awaiter, "endpoints", endpoints(1, 0));
    assert.deepEqual(feed(awaiter, "services", service(balanced)), [false]);
    assert.deepEqual(awaiter.problems(), ["Service was not allocated an IP address; does your cloud provider support this?"]);
    assert.deepEqual(feed(awaiter, "services", service(balanced, { loadBalancer: { ingress: [{ ip: "1" }] } })), [true]);
  });
});

describe("the wait for an Ingress", () => {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const ingress = (status: PlainMap = {}) => named({ spec: { rules: [{ host: "h", http: { paths: [{ path: "/", backend }] } }] }, status });
  const withAddress = ingress({ loadBalancer: { ingress: [{ ip: "1" }] } });
  const web: PlainMap = { metadata: { name: "web", uid: "e" } };

  it("ends when it has an address and its service has endpoints", () => {
    const awaiter = new IngressAwaiter(contextFor(ingress()).context);
    assert.deepEqual(feed(awaiter, "ingresses", withAddress), [false]);
    assert.deepEqual(awaiter.problems(), ["Ingress has at least one rule with an unavailable target endpoint."]);
    assert.deepEqual(feed(awaiter, "endpoints", web), [true]);
    assert.deepEqual(feed(awaiter, "ingresses", ingress()), [false]);
  });

  it("only warns of a service that has none after a minute", () => {
    const { context, said, pass } = contextFor(ingress());
    const awaiter = new IngressAwaiter(context);
    feed(awaiter, "ingresses", withAddress);
    pass(60);
    assert.ok(awaiter.isReady());
    assert.ok(said.includes('warning: No matching service found for ingress rule: "h/" -> "web"'));
  });
});

describe("simple objects", () => {
  it("are ready when their status says so", () => {
    const claim = (phase: string) => ({ status: { phase } });
    const { context } = contextFor(named());
    assert.deepEqual(["Pending", "Bound"].map((phase) => claimReady("Immediate")(claim(phase), context)), [false, true]);
    assert.deepEqual(["Pending", "Bound"].map((phase) => claimReady("WaitForFirstConsumer")(claim(phase), context)), [true, false]);
    assert.ok(claimReady("WaitForFirstConsumer")(claim("Bound"), contextFor(named(), named()).context));
    assert.ok(quotaReady({ spec: { hard: { pods: "1" } }, status: { hard: { pods: "1" } } }));
    assert.ok(!quotaReady({ spec: { hard: { pods: "1" } }, status: { hard: { pods: "2" } } }));
  });
});

describe("the annotation waitFor", () => {
  const object = named({ status: { observedGeneration: 1, phase: "Ready", conditions: [{ type: "Synced", status: "False" }], list: [{ n: 1 }] } });
  const cases: readonly [string, boolean][] = [
    ["jsonpath={.status.phase}=Ready", true],
    ["jsonpath={.status.phase}=Lost", false],
    ["jsonpath={.status.list[0].n}=1", true],
    ["jsonpath={.status.none}", false],
    ["condition=Synced", false],
    ["condition=synced=false", true],
    ['["jsonpath={.status.phase}", "condition=Synced=False"]', true],
    ['["jsonpath={.status.phase}", "condition=Synced"]', false],
  ];
  for (const [annotation, expected] of cases)
    it(`${annotation} is ${expected ? "" : "not "}met`, async () => {
      const condition = await parseWaitFor(annotation);
      assert.equal(condition(object, contextFor(object).context), expected);
    });

  it("does not trust the status of an older generation", async () => {
    const condition = await parseWaitFor("jsonpath={.status.phase}=Ready");
    assert.equal(condition({ ...object, metadata: { name: "app", generation: 2 } }, contextFor(object).context), false);
  });

  for (const [annotation, message] of [
    ["phase=Ready", /expected a "jsonpath=" or "condition=" prefix, got "phase=Ready"/],
    ["jsonpath=.status", /should be wrapped in brackets/],
    ["jsonpath={.a}=b=c", /format should be/],
    ["[]", /at least one condition/],
  ] as const)
    it(`${annotation} can't be read`, async () => {
      await assert.rejects(parseWaitFor(annotation), { message });
    });
});
