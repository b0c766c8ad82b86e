import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { askCluster } from "./rancher-request.ts";
import type { RancherAccess } from "./rancher-request.ts";
import { isOwn } from "./workload-manifests.ts";

/** What is needed of an object that is about to be made. */
const HookInputs = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ namespace: z.string(), name: z.string() }),
});
type HookInputs = z.infer<typeof HookInputs>;

const Existing = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
});

/**
 * A hook that runs before an object is made, in previews too, and refuses to where somebody else has made one of that name: the provider
 * would take it over. What is Drover's by its label is taken over: an update that was killed between the cluster's answer and its state
 * leaves such an object.
 */
export const ownObjects = (access: RancherAccess): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    "not-somebody-elses",
    async ({ newInputs }) => {
      const inputs = HookInputs.safeParse(newInputs);
      // A preview does not know yet where an object will be.
      if (!inputs.success && pulumi.runtime.isDryRun()) return;
      const object = HookInputs.parse(newInputs);
      const { status, body } = await askCluster(access, pathOf(object));
      if (status === 404) return;
      const { kind, metadata } = object;
      const what = `${kind} ${metadata.name}`;
      if (status !== 200) throw new Error(`the cluster answers ${String(status)} when asked for the ${what}`);
      if (isOwn(Existing.parse(JSON.parse(body)).metadata.labels)) return;
      throw new Error(
        `there is a ${what} in the namespace ${metadata.namespace} already, which is not Drover's: delete it, give the app another name, ` +
          `or let Drover have it: kubectl label ${kind.toLowerCase()} ${metadata.name} --namespace ${metadata.namespace} app.kubernetes.io/managed-by=drover --overwrite`,
      );
    },
    { onDryRun: true },
  );

/** Where the API server has an object of one of Kubernetes' own kinds (kubernetes.io, "API concepts"). */
function pathOf({ apiVersion, kind, metadata: { namespace, name } }: HookInputs): string {
  const root = apiVersion.includes("/") ? "apis" : "api";
  const plural = `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}`;
  return `/${root}/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;
}
