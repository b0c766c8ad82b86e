/** What a schema of `/v3` says that a client can do. */
interface Methods {
  readonly collection: readonly string[];
  readonly resource: readonly string[];
  readonly actions?: readonly string[];
}

const readOnly: Methods = { collection: ["GET"], resource: ["GET"] };
const all: Methods = { collection: ["GET", "POST"], resource: ["GET", "PUT", "DELETE"] };

/**
 * The types of `/v3`, by the path below which they live, with their plural names. The provider's clients follow the links of these
 * schemas. The management client reads `rkeK8sSystemImage` at its start, although there are none.
 */
const types = {
  management: {
    cluster: { plural: "clusters", methods: { ...readOnly, actions: ["generateKubeconfig"] } },
    project: { plural: "projects", methods: all },
    setting: { plural: "settings", methods: readOnly },
    rkeK8sSystemImage: { plural: "rkek8ssystemimages", methods: readOnly },
  },
  cluster: { namespace: { plural: "namespaces", methods: { ...all, actions: ["move"] } } },
  project: {
    dockerCredential: { plural: "dockercredentials", methods: all },
    namespacedDockerCredential: { plural: "namespaceddockercredentials", methods: all },
  },
} as const satisfies Record<string, Record<string, { plural: string; methods: Methods }>>;

/** The three kinds of client that Rancher serves. */
export type Scope = keyof typeof types;

/**
 * The schema collection of one scope.
 * @param base the absolute address below which the scope's collections are, e.g. `http://127.0.0.1:8080/v3/cluster/c-1`
 */
export function schemaCollection(scope: Scope, base: string) {
  const data = Object.entries<{ plural: string; methods: Methods }>(types[scope]).map(([id, { plural, methods }]) => ({
    id,
    type: "schema",
    baseType: "schema",
    pluralName: plural,
    collectionMethods: methods.collection,
    resourceMethods: methods.resource,
    resourceActions: Object.fromEntries((methods.actions ?? []).map((action) => [action, {}])),
    resourceFields: {},
    links: { self: `${base}/schemas/${id}`, collection: `${base}/${plural}` },
  }));
  return { type: "collection", resourceType: "schema", links: { self: `${base}/schemas` }, data };
}
