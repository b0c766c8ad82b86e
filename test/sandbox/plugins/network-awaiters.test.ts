import assert from "node:assert/strict";

import { IngressAwaiter } from "../../../sandbox/plugins/kubernetes/await/ingress.ts";
import { ServiceAwaiter } from "../../../sandbox/plugins/kubernetes/await/service.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";
import { contextFor, feed, named } from "./support.ts";

describe("the wait for a Service", () => {
  const service = (spec: PlainMap = {}, status: PlainMap = {}) =>
    named({ spec: { selector: { app: "app" }, ...spec }, status });
  const endpoints = (addresses: number, unready: number) =>
    named({
      subsets: [{ addresses: Array(addresses).fill({ ip: "1" }), notReadyAddresses: Array(unready).fill({ ip: "1" }) }],
    });

  it("ends when its endpoints are ready", () => {
    const awaiter = new ServiceAwaiter(contextFor(service()).context);
    assert.deepEqual(feed(awaiter, "services", service()), [false]);
    assert.deepEqual(feed(awaiter, "endpoints", endpoints(0, 1), endpoints(1, 1), endpoints(2, 0)), [
      false,
      false,
      true,
    ]);
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
    assert.deepEqual(awaiter.problems(), [
      "Service was not allocated an IP address; does your cloud provider support this?",
    ]);
    assert.deepEqual(feed(awaiter, "services", service(balanced, { loadBalancer: { ingress: [{ ip: "1" }] } })), [
      true,
    ]);
  });
});

describe("the wait for an Ingress", () => {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const ingress = (status: PlainMap = {}) =>
    named({ spec: { rules: [{ host: "h", http: { paths: [{ path: "/", backend }] } }] }, status });
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
