import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import * as pulumi from "@pulumi/pulumi";

import { RolloutWatch } from "../../components/rollout-watch.ts";
import { withServer } from "../support/local-server.ts";
import { register } from "../support/mocks.ts";

const deployment = (updatedReplicas: number, conditions: object[] = []) => ({
  metadata: { generation: 7 },
  spec: { replicas: 2 },
  status: { observedGeneration: 7, replicas: 2, updatedReplicas, availableReplicas: 2, conditions },
});
const late = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
const crashing = {
  status: { containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } } }] },
};
const inputs = {
  metadata: { namespace: "appdev", name: "web" },
  spec: { progressDeadlineSeconds: 120, selector: { matchLabels: { "app.kubernetes.io/name": "web" } } },
};

/** A cluster that gives the next of these answers for the Deployment each time, and the last one for ever. */
const cluster =
  (...answers: object[]): RequestListener =>
  (request, response) => {
    const isDeployment = request.url === "/k8s/clusters/c-1/apis/apps/v1/namespaces/appdev/deployments/web";
    const next = answers.length > 1 ? answers.shift() : answers[0];
    response.end(JSON.stringify(isDeployment ? next : { items: [crashing] }));
  };

/** Calls what the engine calls when the provider says that an update is done. */
async function afterUpdate(host: string): Promise<void> {
  let watch: RolloutWatch | undefined;
  await register(() => {
    watch = new RolloutWatch({ url: `http://${host}`, cluster: "c-1", token: "token-a:b" });
  });
  const [hook] = watch?.hooks.afterUpdate ?? [];
  assert.ok(pulumi.ResourceHook.isInstance(hook));
  await hook.callback({ urn: "urn", id: "appdev/web", name: "web", type: "Deployment", newInputs: inputs });
}

describe("after the provider has waited for a rollout", () => {
  it("nothing more is waited for when it is complete", () =>
    withServer(cluster(deployment(2)), async (host, seen) => {
      await afterUpdate(host);
      assert.equal(seen.length, 1);
      assert.equal(seen[0]?.headers.authorization, "Bearer token-a:b");
    }));

  it("the update goes on until the old ReplicaSet has its pods again, where the provider took it for complete", () =>
    withServer(cluster(deployment(0), deployment(1), deployment(2)), async (host, seen) => {
      await afterUpdate(host);
      assert.equal(seen.length, 3);
    }));

  it("the update fails, with the pods' reason, when the cluster gives the rollout up", () =>
    withServer(cluster(deployment(0), deployment(1, late)), (host) =>
      assert.rejects(afterUpdate(host), {
        message:
          "the rollout is not complete after 120 s: 1 of 2 pods are of the new version, 2 in all are available; [CrashLoopBackOff] back-off 10s",
      }),
    ));
});
