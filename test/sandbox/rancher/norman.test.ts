import assert from "node:assert/strict";

import { ApiException } from "@kubernetes/client-node";
import * as z from "zod";

import { filtered, NormanError, parseBody, toNormanError, withLinks } from "../../../sandbox/rancher/norman.ts";
import { schemaCollection } from "../../../sandbox/rancher/schemas.ts";

describe("an error of /v3", () => {
  it("has Rancher's shape", () => {
    assert.deepEqual(new NormanError(422, "MissingRequired", "name is required", "name").toJSON(), {
      type: "error",
      baseType: "error",
      status: 422,
      code: "MissingRequired",
      message: "name is required",
      fieldName: "name",
    });
  });
  it("hands the API server's words on", () => {
    const body = JSON.stringify({ kind: "Status", code: 409, reason: "AlreadyExists", message: "there already" });
    const { status, code, message } = toNormanError(new ApiException(409, "", body, {}));
    assert.deepEqual({ status, code, message }, { status: 409, code: "AlreadyExists", message: "there already" });
  });
  it("says so when the API server does not answer", () => {
    const error = new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { code: "ECONNREFUSED" }) });
    assert.deepEqual([toNormanError(error).status, toNormanError(error).code], [503, "ClusterUnavailable"]);
  });
  it("tells nothing of what it does not know", () =>
    assert.ok(!JSON.stringify(toNormanError(new Error("secret detail"))).includes("secret")));
  it("names the wrong field and not its value", () => {
    assert.throws(
      () => parseBody(z.object({ a: z.object({ b: z.string() }) }), { a: { b: 4711 } }),
      (error) => {
        assert.ok(error instanceof NormanError);
        assert.deepEqual([error.status, error.fieldName, error.message.includes("4711")], [422, "a.b", false]);
        return true;
      },
    );
  });
});

describe("a list of /v3", () => {
  const objects = [
    { id: "a", type: "project", name: "one" },
    { id: "b", type: "project", name: "two" },
  ];
  it("is filtered by fields, not by paging or by what is no field", () => {
    assert.deepEqual(
      filtered(objects, { name: "two" }).map(({ id }) => id),
      ["b"],
    );
    assert.deepEqual(
      filtered(objects, { limit: "-1", sort: "name", unknown: "x" }).map(({ id }) => id),
      ["a", "b"],
    );
    assert.deepEqual(filtered(objects, { name: "three" }), []);
  });
  it("has absolute links", () => {
    assert.deepEqual(withLinks({ id: "a", type: "namespace" }, "https://h/v3/a", ["move"]).actions, {
      move: "https://h/v3/a?action=move",
    });
  });
});

describe("the schemas", () => {
  const ids = (scope: Parameters<typeof schemaCollection>[0]) =>
    schemaCollection(scope, "https://h/v3").data.map(({ id }) => id);
  it("are those that the provider's three clients look for", () => {
    assert.deepEqual(ids("management"), ["cluster", "project", "setting", "rkeK8sSystemImage"]);
    assert.deepEqual(ids("cluster"), ["namespace"]);
    assert.deepEqual(ids("project"), ["dockerCredential", "namespacedDockerCredential"]);
  });
  it("tell the methods and an absolute collection", () => {
    const [schema] = schemaCollection("cluster", "https://h/v3/cluster/c").data;
    assert.equal(schema?.links.collection, "https://h/v3/cluster/c/namespaces");
    assert.deepEqual(
      [schema.collectionMethods, schema.resourceMethods],
      [
        ["GET", "POST"],
        ["GET", "PUT", "DELETE"],
      ],
    );
  });
});
