import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { addressOf, registriesOf } from "../../stacks/environment.ts";
import { transforms } from "../../stacks/transforms.ts";
import { parsed } from "../support/configuration.ts";
import { unusedHost, withServer } from "../support/local-server.ts";
import { plain } from "../support/mocks.ts";
import { digestOf, runStack, startRancher } from "../support/stacks.ts";
import type { Rancher } from "../support/stacks.ts";

type DeploymentArgs = k8s.apps.v1.DeploymentArgs;

const lookup = "docker:index/getRegistryImage:getRegistryImage";

describe("a stack that is an environment", () => {
  let rancher: Rancher;
  before(async () => (rancher = await startRancher()));
  after(() => rancher.close());
  const configOf = (changes: Readonly<Record<string, unknown>>) => ({
    organization: "kbase",
    rancher: { url: rancher.url, ca: rancher.ca, cluster: "c-m-1", project: "dev" },
    host: "dev.example.org",
    channel: "develop",
    app: "narrative",
    apps: { narrative: { port: 8888, path: "/narrative" }, auth2: { port: 8080, path: "/services/auth" } },
    ...changes,
  });

  it("says of each app what runs and where", async () => {
    const found: RequestListener = (_, response) => response.setHeader("docker-content-digest", digestOf("x")).end();
    await withServer(found, async (host) => {
      const reference = `${host}/other/auth2@${digestOf("x")}`;
      const images = { image: "pr-12", images: { auth2: reference }, registries: { [host]: { http: true } } };
      const { outputs } = await runStack("dev", configOf(images));
      const name = "ghcr.io/kbase/narrative-develop:pr-12";
      assert.deepEqual(outputs, {
        apps: {
          narrative: {
            image: "pr-12",
            reference: `${name}@${digestOf(name)}`,
            tag: "pr-12",
            digest: digestOf(name),
            pullRequest: 12,
            address: "http://dev.example.org/narrative",
          },
          auth2: {
            image: reference,
            reference,
            digest: digestOf("x"),
            address: "http://dev.example.org/services/auth",
          },
        },
      });
    });
  });

  it("looks images up through its own provider, with the accounts of private registries, and gives those to the pods", async () => {
    const registries = { "ghcr.io": { username: "reader", password: "hunter2" }, "quay.io": {} };
    const { resources } = await runStack("dev", configOf({ registries, images: { auth2: "quay.io/other/auth2:1" } }));
    const docker = resources.get("pulumi:providers:docker::registries");
    assert.deepEqual(JSON.parse(String(plain(docker?.inputs["registryAuth"]))), [
      { address: "https://ghcr.io", username: "reader", password: "hunter2" },
    ]);
    const pod = JSON.stringify(resources.get("kubernetes:apps/v1:Deployment::auth2")?.inputs);
    assert.match(pod, /"imagePullSecrets":\[\{"name":"registry-ghcr-io"\}\]/);
    assert.doesNotMatch(
      JSON.stringify([...resources.values()].filter(({ type }) => type.startsWith("kubernetes:"))),
      /hunter2/,
    );
  });

  it("attempts nothing, and says all that is wrong at once, where images are missing and Rancher is not there", async () => {
    const nobody = await unusedHost();
    const missing: RequestListener = (_, response) => response.writeHead(404).end();
    await withServer(missing, async (host) => {
      const functions = {
        [lookup]: () => {
          throw new Error("no such image");
        },
      };
      const config = configOf({
        rancher: { url: `https://${nobody}`, cluster: "c-m-1", project: "dev" },
        registry: host,
        registries: { [host]: { http: true } },
      });
      const errors: unknown[] = [];
      const { resources } = await runStack("dev", config, { functions, onError: (error) => errors.push(error) });
      assert.deepEqual(
        errors.map((error) => [pulumi.RunError.isInstance(error), error instanceof Error && error.message]),
        [
          [
            true,
            [
              `Rancher at https://${nobody} (drover:rancher.url) can't be reached: connect ECONNREFUSED ${nobody}; nothing was changed`,
              ...["auth2", "narrative"].map(
                (app) =>
                  `App ${app}: ${host}/kbase/${app}-develop:latest is not in the registry; kbase/${app}-develop has no tags that can be listed`,
              ),
            ].join("\n"),
          ],
        ],
      );
      assert.deepEqual([...resources.keys()], ["pulumi:providers:docker::registries"]);
    });
  });

  it("attempts nothing at all where its configuration is wrong", async () => {
    const errors: unknown[] = [];
    const { resources } = await runStack("dev", configOf({ channel: "dev" }), {
      onError: (error) => errors.push(error),
    });
    assert.match(String(errors), /The configuration of stack dev has a problem:\n {2}drover:channel is "dev"/);
    assert.deepEqual([...resources.keys()], []);
  });

  it("takes its namespace's name from the stack, or from the configuration", async () => {
    const nameIn = async (changes: Readonly<Record<string, unknown>>) => {
      const { resources } = await runStack("dev", configOf(changes));
      return resources.get("rancher2:index/namespace:Namespace::dev")?.inputs["name"];
    };
    assert.equal(await nameIn({}), "dev");
    assert.equal(await nameIn({ namespace: "team-dev" }), "team-dev");
  });

  it("hands on certificate, ingress class, quota and limits", async () => {
    const quota = { project: { pods: "20" }, namespace: { pods: "10" }, container: { limitsCpu: 1 } };
    const { resources } = await runStack("dev", configOf({ tlsSecret: "tls", ingressClass: "traefik", quota }));
    const spec = (key: string) => plain(resources.get(key)?.inputs["spec"]);
    const ingress = z
      .object({ ingressClassName: z.string(), tls: z.unknown(), rules: z.tuple([z.looseObject({ host: z.string() })]) })
      .parse(spec("kubernetes:networking.k8s.io/v1:Ingress::auth2"));
    assert.equal(ingress.ingressClassName, "traefik");
    assert.deepEqual(ingress.tls, [{ hosts: ["dev.example.org"], secretName: "tls" }]);
    assert.equal(ingress.rules[0].host, "dev.example.org");
    assert.deepEqual(resources.get("rancher2:index/project:Project::dev")?.inputs, {
      name: "dev",
      clusterId: "c-m-1",
      resourceQuota: { projectLimit: { pods: "20" }, namespaceDefaultLimit: { pods: "10" } },
      containerResourceLimit: { limitsCpu: "1" },
    });
  });

  it("gives each app's Deployment its transform, and no other", async () => {
    const paused = { auth2: (it: DeploymentArgs): DeploymentArgs => ({ ...it, metadata: { name: "patched" } }) };
    Object.assign(transforms, paused);
    try {
      const { resources } = await runStack("dev", configOf({}));
      const names = [...resources.values()]
        .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
        .map(({ name, inputs }) => [name, z.object({ name: z.string() }).parse(plain(inputs["metadata"])).name]);
      assert.deepEqual(Object.fromEntries(names), { auth2: "patched", narrative: "narrative" });
    } finally {
      Reflect.deleteProperty(transforms, "auth2");
    }
  });

  it("without apps is an empty environment", async () => {
    const { resources, outputs } = await runStack("dev", configOf({ apps: {}, app: undefined }));
    assert.deepEqual(outputs, { apps: {} });
    assert.deepEqual(
      [...resources.values()].filter(({ type }) => type.startsWith("kubernetes:")),
      [],
    );
  });
});

describe("the address of an environment", () => {
  const cases: readonly [string, string | undefined, string, string][] = [
    ["dev.example.org", undefined, "dev.example.org", "http://dev.example.org"],
    ["dev.example.org", "tls", "dev.example.org", "https://dev.example.org"],
    ["https://dev.example.org", undefined, "dev.example.org", "https://dev.example.org"],
    ["http://dev.localhost:8080", undefined, "dev.localhost", "http://dev.localhost:8080"],
    ["dev.example.org:8443", "tls", "dev.example.org", "https://dev.example.org:8443"],
  ];
  for (const [host, tlsSecret, hostname, origin] of cases)
    it(`${host}${tlsSecret === undefined ? "" : " with a certificate"} is ${origin}`, () =>
      assert.deepEqual(addressOf({ host, tlsSecret }), { hostname, origin }));
});

describe("the registries of an environment", () => {
  it("are those that it names and those that its images come from, each once, in order", () => {
    const { environment } = parsed({
      apps: { web: { port: 80, image: "quay.io/a/web" }, api: { port: 80, path: "/api" } },
      registry: "127.0.0.1:5000",
      registries: { "127.0.0.1:5000": { http: true }, "ghcr.io": { username: "u", password: "p" } },
    });
    assert.ok(environment !== undefined);
    assert.deepEqual(registriesOf(environment), [
      { host: "127.0.0.1:5000", http: true, account: undefined },
      { host: "ghcr.io", http: false, account: { username: "u", password: "p" } },
      { host: "quay.io", http: false, account: undefined },
    ]);
  });
});
