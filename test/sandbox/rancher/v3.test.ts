import assert from "node:assert/strict";

import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import * as z from "zod";

import { ApiServer } from "../../../sandbox/rancher/api-server.ts";
import { Front } from "../../../sandbox/rancher/front.ts";
import { routes } from "../../../sandbox/rancher/routes.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { config, withKubeconfig } from "./support.ts";

const Answer = z.looseObject({
  id: z.string().default(""),
  code: z.string().optional(),
  projectId: z.string().nullish(),
  description: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  links: z.looseObject({ self: z.string() }).default({ self: "" }),
  actions: z.record(z.string(), z.string()).default({}),
  data: z.array(z.looseObject({ id: z.string() })).default([]),
});

describe("/v3 over an API server", () => {
  const fake = new FakeApiServer();
  const namespaces = "/v3/cluster/c-m-test/namespaces";
  let app: FastifyInstance;

  before(async () => {
    const server = await withKubeconfig(await fake.start(), (file) => new ApiServer(file));
    app = fastify();
    routes(app, new Front(config, server), () => undefined);
  });
  beforeEach(() => fake.objects.clear());
  after(async () => {
    await app.close();
    await fake.stop();
  });

  async function ask(
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    body?: object,
    token: string | null = config.tokens.deployer,
  ) {
    const headers = { host: "127.0.0.1:1", ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const path = url.replace(/^https?:\/\/[^/]+/u, "");
    const response = await app.inject({ method, url: path, headers, ...(body === undefined ? {} : { payload: body }) });
    return {
      status: response.statusCode,
      schemas: response.headers["x-api-schemas"],
      body: Answer.parse(response.body === "" ? {} : response.json()),
    };
  }
  const makeProject = async (more: object = {}) =>
    (await ask("POST", "/v3/projects", { name: "appdev", clusterId: "c-m-test", ...more })).body;
  const makeNamespace = async (name: string, projectId: string, more: object = {}) =>
    (await ask("POST", namespaces, { name, projectId, ...more })).body;
  const paths = (part: string) => [...fake.objects.keys()].filter((key) => key.includes(part)).sort();

  it("pings without a token", async () => {
    const response = await app.inject({ url: "/ping" });
    assert.deepEqual([response.statusCode, response.body], [200, "pong"]);
  });
  it("demands a token, everywhere below /v3", async () => {
    for (const path of ["/v3", "/v3/projects", "/v3/nothing"]) {
      const { status, body } = await ask("GET", path, undefined, null);
      assert.deepEqual([status, body.code], [401, "Unauthorized"]);
    }
  });
  it("lets a reader read and not write", async () => {
    assert.equal((await ask("GET", "/v3/projects", undefined, config.tokens.reader)).status, 200);
    const { status, body } = await ask(
      "POST",
      "/v3/projects",
      { name: "x", clusterId: "c-m-test" },
      config.tokens.reader,
    );
    assert.deepEqual([status, body.code, fake.objects.size], [403, "Forbidden", 0]);
  });
  it("tells each client where its schemas are", async () => {
    const project = await makeProject();
    assert.equal((await ask("GET", "/v3")).schemas, "http://127.0.0.1:1/v3/schemas");
    assert.equal((await ask("GET", "/v3/clusters/c-m-test")).schemas, "http://127.0.0.1:1/v3/cluster/c-m-test/schemas");
    assert.equal(
      (await ask("GET", `/v3/projects/${project.id}`)).schemas,
      `http://127.0.0.1:1/v3/project/${project.id}/schemas`,
    );
    assert.equal((await ask("GET", "/v3/clusters/other")).status, 404);
  });

  it("keeps a project in the API server, with a namespace for its secrets", async () => {
    const project = await makeProject({ description: "first", labels: { a: "b" } });
    assert.deepEqual(
      paths(""),
      ["/api/v1/namespaces/p-00001", "/apis/management.cattle.io/v3/namespaces/c-m-test/projects/p-00001"].map((path) =>
        path.replace("p-00001", project.id.split(":")[1] ?? ""),
      ),
    );
    const { body } = await ask("PUT", `${project.links.self}?_replace=true`, {
      name: "appdev",
      clusterId: "c-m-test",
      labels: { a: "c" },
    });
    assert.deepEqual([body.id, body.description, body.labels], [project.id, "", { a: "c" }]);
    assert.equal((await ask("DELETE", project.links.self)).status, 204);
    assert.equal((await ask("GET", project.links.self)).status, 404);
    assert.equal(fake.objects.size, 0);
  });
  it("refuses a project of another cluster, and a namespace of a project that is not there", async () => {
    assert.equal(
      (await ask("POST", "/v3/projects", { name: "x", clusterId: "c-other" })).body.code,
      "InvalidReference",
    );
    assert.equal(
      (await ask("POST", namespaces, { name: "x", projectId: "c-m-test:p-no" })).body.code,
      "InvalidReference",
    );
  });

  it("keeps a namespace's project and name through an update that lacks them", async () => {
    const project = await makeProject();
    const web = await makeNamespace("web", project.id, { labels: { a: "1" } });
    const { status, body } = await ask("PUT", web.links.self, {
      description: "new",
      labels: { b: "2" },
      containerDefaultResourceLimit: {},
    });
    assert.deepEqual(
      [status, body.id, body.projectId, body.description, body.labels],
      [200, "web", project.id, "new", { b: "2" }],
    );
  });
  it("shows a namespace that kubectl made, and not one that is being deleted", async () => {
    fake.objects.set("/api/v1/namespaces/by-hand", { metadata: { name: "by-hand" } });
    fake.objects.set("/api/v1/namespaces/going", {
      metadata: { name: "going", deletionTimestamp: "2026-01-01T00:00:00Z" },
    });
    assert.deepEqual(
      (await ask("GET", namespaces)).body.data.map(({ id }) => id),
      ["by-hand"],
    );
    assert.equal((await ask("GET", `${namespaces}/going`)).status, 404);
  });
  it("answers 409 for a namespace that exists", async () => {
    const project = await makeProject();
    await makeNamespace("web", project.id);
    const { status, body } = await ask("POST", namespaces, { name: "web", projectId: project.id });
    assert.deepEqual([status, body.code], [409, "AlreadyExists"]);
  });
  it("makes quota and limits, changes them with the project, and refuses more than the project has", async () => {
    const limit = (pods: string) => ({ limit: { pods } });
    const quotas = {
      resourceQuota: limit("10"),
      namespaceDefaultResourceQuota: limit("4"),
      containerDefaultResourceLimit: { limitsCpu: "1" },
    };
    const project = await makeProject(quotas);
    await makeNamespace("web", project.id, { resourceQuota: limit("6") });
    const quota = "/api/v1/namespaces/web/resourcequotas/default-rancher";
    assert.deepEqual(fake.objects.get(quota)?.["spec"], { hard: { pods: "6" } });
    assert.equal(paths("limitranges").length, 1);
    assert.equal((await makeNamespace("more", project.id, { resourceQuota: limit("5") })).code, "MaxLimitExceeded");
    assert.equal(
      (
        await ask("PUT", `${project.links.self}?_replace=true`, {
          name: "appdev",
          ...quotas,
          resourceQuota: limit("5"),
        })
      ).body.code,
      "MaxLimitExceeded",
    );
    assert.equal((await ask("PUT", `${project.links.self}?_replace=true`, { name: "appdev" })).status, 200);
    assert.deepEqual([paths("resourcequotas"), paths("limitranges")], [[], []]);
  });

  it("copies a project's credential into its namespaces, old and new, and takes it back", async () => {
    const project = await makeProject();
    await makeNamespace("old", project.id);
    const at = `/v3/project/${project.id}/dockercredentials`;
    const made = await ask("POST", at, { name: "ghcr", registries: { "ghcr.io": { username: "u", password: "p" } } });
    await makeNamespace("new", project.id);
    assert.equal(made.status, 201);
    assert.equal(paths("secrets/ghcr").length, 3);
    const changed = await ask("PUT", made.body.links.self, {
      registries: { "ghcr.io": { username: "u", password: "q" } },
    });
    assert.equal(changed.body.id, made.body.id);
    const data = paths("secrets/ghcr").map((path) => JSON.stringify(fake.objects.get(path)?.["data"]));
    assert.equal(new Set(data).size, 1);
    assert.equal((await ask("GET", at)).body.data.length, 1);
    assert.equal((await ask("DELETE", made.body.links.self)).status, 204);
    assert.deepEqual(paths("secrets"), []);
  });
  it("keeps a namespace's credential to that namespace, and lists no copies as such", async () => {
    const project = await makeProject();
    await makeNamespace("web", project.id);
    await makeNamespace("other", project.id);
    await ask("POST", `/v3/project/${project.id}/dockercredentials`, { name: "shared", registries: { "a.io": {} } });
    const at = `/v3/project/${project.id}/namespaceddockercredentials`;
    const { body } = await ask("POST", at, {
      name: "own",
      namespaceId: "web",
      registries: { "b.io": { username: "u", password: "p" } },
    });
    assert.deepEqual([body.id, paths("secrets/own")], ["web:own", ["/api/v1/namespaces/web/secrets/own"]]);
    assert.deepEqual(
      (await ask("GET", at)).body.data.map(({ id }) => id),
      ["web:own"],
    );
    assert.equal(
      (await ask("POST", at, { name: "x", namespaceId: "kube-system", registries: { a: {} } })).body.code,
      "InvalidReference",
    );
    assert.equal((await ask("GET", `${at}/web:shared`)).status, 404);
  });
  it("moves a namespace: the one project's secrets go, the other's come", async () => {
    const [one, two] = [await makeProject(), await makeProject()];
    const web = await makeNamespace("web", one.id);
    for (const { id } of [one, two])
      await ask("POST", `/v3/project/${id}/dockercredentials`, {
        name: id.replace(/.*:/u, "of-"),
        registries: { "a.io": {} },
      });
    const { body } = await ask("POST", web.actions["move"] ?? "", { projectId: two.id });
    assert.equal(body.projectId, two.id);
    assert.deepEqual(paths("/namespaces/web/secrets/"), [
      `/api/v1/namespaces/web/secrets/${two.id.replace(/.*:/u, "of-")}`,
    ]);
  });
  it("deletes a project's namespaces that Rancher made and lets the others go", async () => {
    const project = await makeProject();
    await makeNamespace("made", project.id);
    fake.objects.set("/api/v1/namespaces/kept", {
      metadata: { name: "kept", annotations: { "field.cattle.io/projectId": project.id } },
    });
    await ask("DELETE", project.links.self);
    assert.deepEqual(paths(""), ["/api/v1/namespaces/kept"]);
    assert.deepEqual(fake.objects.get("/api/v1/namespaces/kept")?.metadata.annotations ?? {}, {});
  });
});
