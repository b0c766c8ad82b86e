import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import * as pulumi from "@pulumi/pulumi";

import { ownObjects } from "../../components/own-objects.ts";
import { withServer } from "../support/local-server.ts";
import { register } from "../support/mocks.ts";

const answer =
  (status: number, body: object = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(JSON.stringify(body));

const service = { apiVersion: "v1", kind: "Service", metadata: { namespace: "appdev", name: "web" } };

/** Calls what the engine calls before it has an object made. */
async function beforeCreate(host: string, newInputs: object, preview = false): Promise<void> {
  let hook: pulumi.ResourceHook | undefined;
  await register(() => (hook = ownObjects({ url: `http://${host}`, cluster: "c-1", token: "token-a:b" })), { preview });
  assert.equal(hook?.opts?.onDryRun, true);
  await hook.callback({ urn: "urn", id: "", name: "web", type: "Service", newInputs });
}

describe("before an object is made", () => {
  const places: readonly [string, string, string][] = [
    ["v1", "Service", "/api/v1/namespaces/appdev/services/web"],
    ["v1", "PersistentVolumeClaim", "/api/v1/namespaces/appdev/persistentvolumeclaims/web"],
    ["apps/v1", "Deployment", "/apis/apps/v1/namespaces/appdev/deployments/web"],
    ["networking.k8s.io/v1", "Ingress", "/apis/networking.k8s.io/v1/namespaces/appdev/ingresses/web"],
    ["policy/v1", "PodDisruptionBudget", "/apis/policy/v1/namespaces/appdev/poddisruptionbudgets/web"],
  ];
  for (const [apiVersion, kind, path] of places)
    it(`the cluster is asked whether there is such a ${kind}, and one that there is not is made`, () =>
      withServer(answer(404), async (host, seen) => {
        await beforeCreate(host, { ...service, apiVersion, kind });
        assert.deepEqual(
          seen.map(({ url }) => url),
          [`/k8s/clusters/c-1${path}`],
        );
      }));

  it("one of Drover's, which a killed update left, is taken up again", () =>
    withServer(answer(200, { metadata: { labels: { "app.kubernetes.io/managed-by": "drover" } } }), (host) =>
      beforeCreate(host, service),
    ));

  for (const [what, metadata] of [
    ["without labels", {}],
    ["with another tool's label", { labels: { "app.kubernetes.io/managed-by": "Helm" } }],
  ] as const)
    it(`somebody else's ${what} is left alone, and it is said how to go on`, () =>
      withServer(answer(200, { metadata }), (host) =>
        assert.rejects(beforeCreate(host, service), {
          message:
            "there is a Service web in the namespace appdev already, which is not Drover's: delete it, give the app another name, or let " +
            "Drover have it: kubectl label service web --namespace appdev app.kubernetes.io/managed-by=drover --overwrite",
        }),
      ));

  it("nothing is made where the cluster does not say", () =>
    withServer(answer(403), (host) =>
      assert.rejects(beforeCreate(host, service), {
        message: "the cluster answers 403 when asked for the Service web",
      }),
    ));

  it("nobody is asked in a preview that does not know the namespace yet", () =>
    withServer(answer(500), async (host, seen) => {
      await beforeCreate(host, { ...service, metadata: { name: "web" } }, true);
      assert.equal(seen.length, 0);
    }));
});
