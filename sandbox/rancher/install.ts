import type {
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1CustomResourceDefinition,
  V1JSONSchemaProps,
  V1Namespace,
} from "@kubernetes/client-node";
import { Watch } from "@kubernetes/client-node";
import * as z from "zod";

import type { ApiServer } from "./api-server.ts";
import { identities } from "./auth.ts";
import { isNotFound } from "./norman.ts";

/** Where projects are kept: Rancher's own group, version and plural. */
export const projectResource = { group: "management.cattle.io", version: "v3", plural: "projects" } as const;

const anything: V1JSONSchemaProps = { type: "object", x_kubernetes_preserve_unknown_fields: true };

/** Rancher's custom resource Project. */
export const projectDefinition: V1CustomResourceDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${projectResource.plural}.${projectResource.group}` },
  spec: {
    group: projectResource.group,
    scope: "Namespaced",
    names: { plural: projectResource.plural, singular: "project", kind: "Project", listKind: "ProjectList" },
    versions: [
      {
        name: projectResource.version,
        served: true,
        storage: true,
        additionalPrinterColumns: [{ name: "Display Name", type: "string", jsonPath: ".spec.displayName" }],
        schema: { openAPIV3Schema: { type: "object", properties: { spec: anything, status: anything } } },
      },
    ],
  },
};

const reads = ["get", "list", "watch"];

/** What a reader may see besides Kubernetes' own role `view`, which leaves secrets out. */
const readerRole: V1ClusterRole = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "rancher-reader" },
  rules: [
    { apiGroups: [""], resources: ["nodes", "namespaces", "persistentvolumes"], verbs: reads },
    { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: reads },
    { apiGroups: ["networking.k8s.io"], resources: ["ingressclasses"], verbs: reads },
    { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: reads },
    { apiGroups: [projectResource.group], resources: [projectResource.plural], verbs: reads },
  ],
};

const binding = (name: string, role: string, user: string): V1ClusterRoleBinding => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
});

/** The rights of the two users. */
export const roles: readonly V1ClusterRole[] = [readerRole];
/** Who has which. */
export const bindings: readonly V1ClusterRoleBinding[] = [
  binding("rancher-deployer", "cluster-admin", identities.deployer.user),
  binding("rancher-reader-view", "view", identities.reader.user),
  binding("rancher-reader", "rancher-reader", identities.reader.user),
];

/** Puts into the API server what the front needs there; returns when projects can be made. Harmless when it is there already. */
export async function install(server: ApiServer, clusterId: string): Promise<void> {
  const { core, extensions, rbac } = server;
  const home: V1Namespace = { metadata: { name: clusterId } };
  await Promise.all([
    present(
      () => core.readNamespace({ name: clusterId }),
      () => core.createNamespace({ body: home }),
    ),
    present(
      () => extensions.readCustomResourceDefinition({ name: projectDefinition.metadata?.name ?? "" }),
      () => extensions.createCustomResourceDefinition({ body: projectDefinition }),
    ).then(() => established(server)),
    ...roles.map((body) => {
      const name = body.metadata?.name ?? "";
      return present(
        () => rbac.replaceClusterRole({ name, body }),
        () => rbac.createClusterRole({ body }),
      );
    }),
    ...bindings.map((body) => {
      const name = body.metadata?.name ?? "";
      return present(
        () => rbac.readClusterRoleBinding({ name }),
        () => rbac.createClusterRoleBinding({ body }),
      );
    }),
  ]);
}

async function present(find: () => Promise<unknown>, create: () => Promise<unknown>): Promise<void> {
  try {
    await find();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await create();
  }
}

const Conditions = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
    .default({ conditions: [] }),
});

/** Resolves when the API server serves the resource Project. */
async function established(server: ApiServer): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const fieldSelector = `metadata.name=${projectDefinition.metadata?.name ?? ""}`;
  await new Promise<void>((resolve, reject) => {
    const onEvent = (_phase: string, object: unknown) => {
      const { conditions } = Conditions.parse(object).status;
      if (conditions.some(({ type, status }) => type === "Established" && status === "True")) {
        resolve();
        void watching.then((controller) => controller.abort());
      }
    };
    const watching = new Watch(server.config).watch(path, { fieldSelector }, onEvent, (error: unknown) =>
      reject(new Error("the API server ended the watch for the resource Project", { cause: error })),
    );
    watching.catch(reject);
  });
}
