import assert from "node:assert/strict";

import {
  ContainerLimit,
  effectiveContainerLimit,
  effectiveQuota,
  exceeded,
  hardLimits,
  limitRangeSpec,
  orUndefined,
  QuotaLimit,
} from "../../../sandbox/rancher/quota.ts";

describe("quotas", () => {
  it("drop names that they do not know, and empty values, as Rancher does", () => {
    assert.deepEqual(QuotaLimit.parse({ limitsCpu: "2", pods: "3", extended: "x" }), { limitsCpu: "2", pods: "3" });
    assert.deepEqual(ContainerLimit.parse({ limitsCpu: "2", pods: "3" }), { limitsCpu: "2" });
  });
  for (const bad of ["lots", "1 Gi", "", "1KiB", "--1"])
    it(`refuse the quantity ${JSON.stringify(bad)}`, () =>
      assert.ok(!QuotaLimit.safeParse({ limitsCpu: bad }).success));
  it("count an empty object as none", () => {
    assert.equal(orUndefined({}), undefined);
    assert.equal(orUndefined(null), undefined);
  });
  it("of a namespace lie over its project's default", () => {
    assert.deepEqual(effectiveQuota({ limitsCpu: "2" }, { limitsCpu: "1", pods: "5" }), { limitsCpu: "2", pods: "5" });
    assert.deepEqual(effectiveQuota(undefined, { pods: "5" }), { pods: "5" });
  });
  it("of a namespace mean nothing in a project without one", () =>
    assert.equal(effectiveQuota({ limitsCpu: "2" }, undefined), undefined));
  it("have Kubernetes' names in a ResourceQuota", () => {
    assert.deepEqual(
      hardLimits({ limitsCpu: "2", servicesNodePorts: "0", persistentVolumeClaims: "1", configMaps: "9" }),
      {
        configmaps: "9",
        "limits.cpu": "2",
        persistentvolumeclaims: "1",
        "services.nodeports": "0",
      },
    );
  });
  const sums: readonly [string[], string, boolean][] = [
    [["500m", "500m"], "1", false],
    [["500m", "501m"], "1", true],
    [["100m", "200m"], "300m", false],
    [["512Mi", "512Mi"], "1Gi", false],
    [["1G", "1Mi"], "1Gi", false],
    [["1Gi", "1"], "1Gi", true],
    [["1e3", "1"], "1k", true],
    [["2E"], "1Ei", true],
  ];
  for (const [parts, limit, over] of sums)
    it(`${parts.join(" + ")} ${over ? "exceeds" : "fits into"} ${limit}`, () => {
      const quotas = parts.map((pods) => ({ pods }));
      assert.deepEqual(exceeded(quotas, { pods: limit }), over ? ["pods"] : []);
    });
});

describe("container limits", () => {
  it("of a namespace lie over its project's", () => {
    assert.deepEqual(effectiveContainerLimit({ limitsCpu: "2" }, { limitsCpu: "1", limitsMemory: "1Gi" }), {
      limitsCpu: "2",
      limitsMemory: "1Gi",
    });
    assert.equal(effectiveContainerLimit(undefined, undefined), undefined);
  });
  it("become a LimitRange", () => {
    assert.deepEqual(limitRangeSpec({ limitsCpu: "1", requestsMemory: "64Mi" }), {
      limits: [{ type: "Container", default: { cpu: "1" }, defaultRequest: { memory: "64Mi" } }],
    });
  });
});
