/** An object of the cluster and the path that it is applied at. */
export interface ClusterObject {
  readonly route: string;
  readonly object: object;
}

/** The class that an Ingress names; the default one too. */
export const ingressClass = "traefik";

/** The host of an Ingress of our own, which answers 503 once Traefik has read the cluster's objects: it reads all of them at once. */
export const canaryHost = "ready.ingress.invalid";

const namespace = "kube-system";
const canary = "drover-ingress-ready";
const user = "drover:ingress";

/** What Traefik needs to find in the cluster: its class, its rights (what the Kubernetes Ingress provider watches), and the canary. */
export const ingressObjects: readonly ClusterObject[] = [
  {
    route: `/apis/networking.k8s.io/v1/ingressclasses/${ingressClass}`,
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: ingressClass, annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
      spec: { controller: "traefik.io/ingress-controller" },
    },
  },
  {
    route: `/apis/rbac.authorization.k8s.io/v1/clusterroles/${user}`,
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: user },
      rules: [
        { apiGroups: [""], resources: ["services", "secrets", "nodes"], verbs: ["get", "list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
        {
          apiGroups: ["networking.k8s.io"],
          resources: ["ingresses", "ingressclasses"],
          verbs: ["get", "list", "watch"],
        },
        { apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["update"] },
      ],
    },
  },
  {
    route: `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${user}`,
    object: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: user },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: user },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    },
  },
  {
    route: `/api/v1/namespaces/${namespace}/services/${canary}`,
    object: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: canary, namespace },
      spec: { ports: [{ name: "http", port: 80 }] },
    },
  },
  {
    route: `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/${canary}`,
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: canary, namespace },
      spec: {
        ingressClassName: ingressClass,
        rules: [
          {
            host: canaryHost,
            http: {
              paths: [
                { path: "/", pathType: "Prefix", backend: { service: { name: canary, port: { name: "http" } } } },
              ],
            },
          },
        ],
      },
    },
  },
];
