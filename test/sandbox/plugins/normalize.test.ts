import assert from "node:assert/strict";

import fc from "fast-check";

import { normalizeInputs } from "../../../sandbox/plugins/kubernetes/normalize.ts";
import { pruned } from "../../../sandbox/plugins/kubernetes/prune.ts";
import { canonicalQuantity } from "../../../sandbox/plugins/kubernetes/quantity.ts";
import { unknown } from "../../../sandbox/plugins/shared/values.ts";
import type { PlainMap } from "../../../sandbox/plugins/shared/values.ts";

describe("a quantity's canonical form", () => {
  // The right-hand sides are what Kubernetes 1.36 makes of them.
  const cases: readonly [string, string][] = [
    ["1000m", "1"],
    ["0.5", "500m"],
    ["0.1", "100m"],
    ["1", "1"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["1000Mi", "1000Mi"],
    ["512Ki", "512Ki"],
    ["0.5Ki", "512"],
    ["1024", "1024"],
    ["1000", "1k"],
    ["1e3", "1e3"],
    ["12e6", "12e6"],
    ["100e-3", "100e-3"],
    ["0", "0"],
    ["-1500m", "-1500m"],
    ["128974848", "128974848"],
    ["129e6", "129e6"],
    ["129M", "129M"],
    ["1500k", "1500k"],
    ["lots", "lots"],
    ["", ""],
  ];
  for (const [written, canonical] of cases)
    it(`of ${written === "" ? "nothing" : written} is ${canonical === "" ? "nothing" : canonical}`, () => {
      assert.equal(canonicalQuantity(written), canonical);
    });

  it("is its own canonical form", () => {
    const suffix = fc.constantFrom("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3");
    fc.assert(
      fc.property(fc.nat(), suffix, (digits, unit) => {
        const once = canonicalQuantity(`${String(digits)}${unit}`);
        assert.equal(canonicalQuantity(once), once);
      }),
    );
  });
});

describe("normalised inputs", () => {
  const deployment = (container: PlainMap, pod: PlainMap = {}): PlainMap => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    spec: { template: { spec: { ...pod, containers: [{ name: "app", ...container }] } } },
  });

  it("leave out what the server leaves out, and nothing else", () => {
    const container = {
      env: [{ name: "EMPTY", value: "" }],
      args: [],
      tty: false,
      securityContext: { runAsNonRoot: false, capabilities: {} },
      livenessProbe: { initialDelaySeconds: 0, httpGet: { path: "/", port: 0 } },
    };
    const kept = {
      env: [{ name: "EMPTY" }],
      securityContext: { runAsNonRoot: false, capabilities: {} },
      livenessProbe: { httpGet: { path: "/", port: 0 } },
    };
    const pod = { hostNetwork: false, nodeSelector: {}, volumes: [{ name: "v", emptyDir: {} }] };
    assert.deepEqual(
      normalizeInputs(deployment(container, pod)),
      deployment(kept, { volumes: [{ name: "v", emptyDir: {} }] }),
    );
  });

  it("keep entries of data, labels and selectors whatever they hold", () => {
    const map = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { labels: { value: "" } },
      data: { value: "", name: "" },
    };
    assert.deepEqual(normalizeInputs(map), map);
    const service = { apiVersion: "v1", kind: "Service", spec: { selector: { name: "" }, ports: [{ port: 80 }] } };
    assert.deepEqual(normalizeInputs(service), service);
  });

  it("write quantities as the server does", () => {
    const resources = { limits: { cpu: "1000m", memory: 1024 }, requests: { memory: "1024Mi" } };
    const canonical = { limits: { cpu: "1", memory: "1024" }, requests: { memory: "1Gi" } };
    assert.deepEqual(normalizeInputs(deployment({ resources })), deployment({ resources: canonical }));
  });

  it("turn a Secret's stringData into data, which wins over data", () => {
    const secret = { apiVersion: "v1", kind: "Secret", data: { a: "YQ==\n", b: "Yg==" }, stringData: { b: "c" } };
    assert.deepEqual(normalizeInputs(secret), { apiVersion: "v1", kind: "Secret", data: { a: "YQ==", b: "Yw==" } });
  });

  it("only lose read-only fields where values are unknown or the kind is a custom one", () => {
    const secret: PlainMap = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { uid: "x", name: unknown },
      stringData: { a: "b" },
    };
    assert.deepEqual(normalizeInputs(secret), { ...secret, metadata: { name: unknown } });
    const custom = {
      apiVersion: "example.org/v1",
      kind: "Foo",
      metadata: { generation: 1 },
      spec: { value: "", limits: { a: "1000m" } },
    };
    assert.deepEqual(normalizeInputs(custom), { ...custom, metadata: {} });
  });
});

describe("a pruned live object", () => {
  it("has the inputs' shape and the live values", () => {
    const live = { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }, { x: 3 }, { x: 4 }], status: {} };
    const inputs = { a: 9, b: { c: 9 }, list: [{ x: 9 }, { x: 9 }], gone: 1 };
    assert.deepEqual(pruned(live, inputs), { a: 1, b: { c: 2 }, list: [{ x: 1 }, { x: 3 }] });
  });

  it("takes a value of another type whole", () => {
    assert.deepEqual(pruned({ port: "http", list: ["a", "b"] }, { port: 80, list: [{}] }), {
      port: "http",
      list: ["a", "b"],
    });
  });
});
