import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";

import type { App } from "../../components/app.ts";
import { fileKey } from "../../components/workload-manifests.ts";
import type { RancherWorkloadArgs } from "../../components/rancher-workload.ts";
import { appSchema } from "../../stacks/environment-schema.ts";
import { digest, expected, image, manifestsOf, workload } from "../support/workload.ts";
import type { Difference } from "../support/workload.ts";

type Row = readonly [app: Partial<App>, difference: Difference];

const volumes = { data: { path: "/data", size: "10Gi" } };
const claim = (name: string, spec: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], ...spec },
});
const recreate: Difference = {
  spec: { strategy: { type: "Recreate" } },
  container: { lifecycle: undefined },
};
const httpGet = { path: "/health", port: 8080 };
const probes = {
  startupProbe: { httpGet, timeoutSeconds: 5, periodSeconds: 1, failureThreshold: 120 },
  readinessProbe: { httpGet, timeoutSeconds: 5, periodSeconds: 5 },
  livenessProbe: { httpGet, timeoutSeconds: 5, periodSeconds: 10 },
};
const budget = {
  "PodDisruptionBudget web": {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "web" } } },
  },
};

/** Each key of an app alone, and what it changes. `image` and `channel` decide which image runs, and nothing else. */
const byKey: Readonly<Record<Exclude<keyof App, "image" | "channel">, readonly Row[]>> = {
  port: [
    [
      { port: 80 },
      {
        container: {
          ports: [{ name: "http", containerPort: 80 }],
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
        },
        service: { ports: [{ name: "http", port: 80, targetPort: 80 }] },
      },
    ],
  ],
  path: [[{ path: "/services/web" }, { route: { path: "/services/web" } }]],
  health: [
    [{ health: "/health" }, { spec: { minReadySeconds: undefined }, container: probes }],
    [
      { health: "/health", deadline: 600, port: 80 },
      {
        annotations: { "pulumi.com/timeoutSeconds": "600" },
        spec: { minReadySeconds: undefined, progressDeadlineSeconds: 600 },
        container: {
          ports: [{ name: "http", containerPort: 80 }],
          startupProbe: { ...probes.startupProbe, httpGet: { ...httpGet, port: 80 }, failureThreshold: 600 },
          readinessProbe: { ...probes.readinessProbe, httpGet: { ...httpGet, port: 80 } },
          livenessProbe: { ...probes.livenessProbe, httpGet: { ...httpGet, port: 80 } },
        },
        service: { ports: [{ name: "http", port: 80, targetPort: 80 }] },
      },
    ],
  ],
  replicas: [
    [{ replicas: 0 }, { spec: { replicas: 0 } }],
    [{ replicas: 2 }, { spec: { replicas: 2 }, more: budget }],
  ],
  strategy: [[{ strategy: "Recreate" }, recreate]],
  deadline: [
    [
      { deadline: 300 },
      { annotations: { "pulumi.com/timeoutSeconds": "300" }, spec: { progressDeadlineSeconds: 300 } },
    ],
  ],
  command: [[{ command: ["sh", "-c", "run"] }, { container: { command: ["sh", "-c", "run"] } }]],
  args: [[{ args: ["--verbose"] }, { container: { args: ["--verbose"] } }]],
  env: [
    [
      { env: { B: "2", A: "1" } },
      {
        container: {
          env: [
            { name: "A", value: "1" },
            { name: "B", value: "2" },
          ],
        },
      },
    ],
  ],
  secrets: [
    [
      { secrets: { TOKEN: "hush", KEY: "ä" } },
      {
        container: { envFrom: [{ secretRef: { name: "web-env-0a1b2c3d" } }] },
        more: {
          "Secret web-env": {
            apiVersion: "v1",
            kind: "Secret",
            type: "Opaque",
            data: { TOKEN: "aHVzaA==", KEY: "w6Q=" },
          },
        },
      },
    ],
  ],
  files: [
    [
      { files: { "/etc/web/my config.ini": "b=2", "/app/.env": "a=1" } },
      {
        container: {
          volumeMounts: [
            { name: "files", mountPath: "/app/.env", subPath: "app_.env", readOnly: true },
            { name: "files", mountPath: "/etc/web/my config.ini", subPath: "etc_web_my_config.ini", readOnly: true },
          ],
        },
        pod: { volumes: [{ name: "files", configMap: { name: "web-files-0a1b2c3d" } }] },
        more: {
          "ConfigMap web-files": {
            apiVersion: "v1",
            kind: "ConfigMap",
            data: { "etc_web_my_config.ini": "b=2", "app_.env": "a=1" },
          },
        },
      },
    ],
  ],
  volumes: [
    [
      { volumes: { ...volumes, cache: { path: "/c", size: "1Gi", storageClass: "fast" } }, strategy: "Recreate" },
      {
        ...recreate,
        container: {
          ...recreate.container,
          volumeMounts: [
            { name: "cache", mountPath: "/c" },
            { name: "data", mountPath: "/data" },
          ],
        },
        pod: {
          volumes: [
            { name: "cache", persistentVolumeClaim: { claimName: "web-cache" } },
            { name: "data", persistentVolumeClaim: { claimName: "web-data" } },
          ],
        },
        more: {
          "PersistentVolumeClaim web-data": claim("web-data", { resources: { requests: { storage: "10Gi" } } }),
          "PersistentVolumeClaim web-cache": claim("web-cache", {
            resources: { requests: { storage: "1Gi" } },
            storageClassName: "fast",
          }),
        },
      },
    ],
  ],
  resources: [
    [
      { resources: { requests: { cpu: "250m" }, limits: { memory: "1Gi" } } },
      { container: { resources: { requests: { cpu: "250m" }, limits: { memory: "1Gi" } } } },
    ],
    [{ resources: { limits: { cpu: "1" } } }, { container: { resources: { limits: { cpu: "1" } } } }],
  ],
  pullPolicy: [[{ pullPolicy: "Always" }, { container: { imagePullPolicy: "Always" } }]],
  user: [
    [
      { user: 33 },
      {
        pod: {
          securityContext: {
            seccompProfile: { type: "RuntimeDefault" },
            runAsNonRoot: true,
            runAsUser: 33,
            fsGroup: 33,
          },
        },
      },
    ],
  ],
  root: [
    [
      { root: true },
      {
        pod: { securityContext: { seccompProfile: { type: "RuntimeDefault" } } },
        container: { securityContext: { allowPrivilegeEscalation: false } },
      },
    ],
  ],
};

describe("the manifests of an app", () => {
  it("are these where it says only what it must", async () =>
    assert.deepEqual(manifestsOf(await workload({})), expected({})));

  for (const [key, rows] of Object.entries(byKey))
    for (const [app, difference] of rows)
      it(`follow ${key}: ${JSON.stringify(app)}`, async () =>
        assert.deepEqual(manifestsOf(await workload(app)), expected(difference)));

  it("are seen here for every key of the configuration", () =>
    assert.deepEqual(Object.keys(appSchema.shape).sort(), ["channel", "image", ...Object.keys(byKey)].sort()));

  it("have volumes before files, and both Secret and variables", async () => {
    const app = { volumes, files: { "/a": "1" }, env: { A: "1" }, secrets: { B: "2" } };
    const { "Deployment web": deployment } = manifestsOf(await workload({ ...app, strategy: "Recreate" }));
    const { "Deployment web": wanted } = expected({
      ...recreate,
      container: {
        ...recreate.container,
        env: [{ name: "A", value: "1" }],
        envFrom: [{ secretRef: { name: "web-env-0a1b2c3d" } }],
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "files", mountPath: "/a", subPath: "a", readOnly: true },
        ],
      },
      pod: {
        volumes: [
          { name: "data", persistentVolumeClaim: { claimName: "web-data" } },
          { name: "files", configMap: { name: "web-files-0a1b2c3d" } },
        ],
      },
    });
    assert.deepEqual(deployment, wanted);
  });

  const places: readonly [string, Partial<RancherWorkloadArgs>, Difference][] = [
    ["the namespace", { namespace: "other" }, { namespace: "other" }],
    [
      "pull secrets",
      { pullSecrets: ["registry-ghcr-io", "registry-quay-io"] },
      { pod: { imagePullSecrets: [{ name: "registry-ghcr-io" }, { name: "registry-quay-io" }] } },
    ],
    ["the ingress class", { ingressClass: "traefik" }, { ingress: { ingressClassName: "traefik" } }],
    [
      "the certificate",
      { tlsSecret: "tls" },
      { ingress: { tls: [{ hosts: ["appdev.example.org"], secretName: "tls" }] } },
    ],
    [
      "the last word of a transform",
      {
        transform: (it) => ({
          ...it,
          spec: pulumi.output(it.spec).apply((spec) => ({ ...spec, paused: true, replicas: 7 })),
        }),
      },
      { spec: { paused: true, replicas: 7 } },
    ],
  ];
  for (const [what, changes, difference] of places)
    it(`follow ${what}`, async () =>
      assert.deepEqual(manifestsOf(await workload({}, () => changes)), expected(difference)));

  const images: readonly [string, Partial<RancherWorkloadArgs>, Record<string, string | undefined>][] = [
    [
      `ghcr.io/kbase/web:1.4.2@${digest}`,
      { written: "web:1.4.2", image: { ...image, repository: "kbase/web", tag: "1.4.2" } },
      { "drover/image": "web:1.4.2", "drover/tag": "1.4.2", "drover/pull-request": undefined },
    ],
    [
      `ghcr.io/kbase/web@${digest}`,
      { written: `kbase/web@${digest}`, image: { registry: "ghcr.io", repository: "kbase/web", digest } },
      { "drover/image": `kbase/web@${digest}`, "drover/tag": undefined, "drover/pull-request": undefined },
    ],
  ];
  for (const [reference, changes, annotations] of images)
    it(`say which image runs: ${reference.slice(0, 30)}`, async () =>
      assert.deepEqual(
        manifestsOf(await workload({}, () => changes)),
        expected({
          annotations: { ...annotations, "kubernetes.io/change-cause": reference },
          container: { image: reference },
        }),
      ));

  const records = fc.record({
    env: fc.dictionary(fc.stringMatching(/^[A-Z_]{1,3}$/), fc.string(), { minKeys: 2, maxKeys: 5 }),
    secrets: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string(), { maxKeys: 4 }),
    files: fc.dictionary(fc.stringMatching(/^(\/[a-z.]{1,3}){1,2}$/), fc.string(), { maxKeys: 4 }),
    volumes: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.constant({ path: "/d", size: "1Gi" }), { maxKeys: 3 }),
  });
  it("are the same in whatever order the configuration has its keys", () =>
    fc.assert(
      fc.asyncProperty(records, fc.infiniteStream(fc.nat()), async (app, order) => {
        const shuffled = {
          env: shuffle(app.env, order),
          secrets: shuffle(app.secrets, order),
          files: shuffle(app.files, order),
          volumes: shuffle(app.volumes, order),
        };
        const [one, other] = [await workload(app), await workload(shuffled)];
        assert.deepEqual(manifestsOf(other), manifestsOf(one));
      }),
      { numRuns: 50 },
    ));
});

/** A record with its keys in another order. */
function shuffle<Value>(record: Readonly<Record<string, Value>>, order: Iterator<number>): Record<string, Value> {
  const ranked = Object.entries(record).map((entry) => [Number(order.next().value), entry] as const);
  return Object.fromEntries(ranked.sort(([a], [b]) => a - b).map(([, entry]) => entry));
}

describe("the key of a file in a ConfigMap", () => {
  const filePath = appSchema.shape.files.unwrap().keyType;
  const cases: readonly [string, string][] = [
    ["/a", "a"],
    ["/etc/app/config.ini", "etc_app_config.ini"],
    ["/app/.env", "app_.env"],
    ["/.env", ".env"],
    ["/etc/ä&b", "etc___b"],
  ];
  for (const [path, key] of cases) it(`is ${key} for ${path}`, () => assert.equal(fileKey(path), key));

  it("is one that Kubernetes takes, for every path that the configuration takes", () =>
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("/", ".", "a", "-", "_", "%", "é"), maxLength: 260 }), (path) => {
        if (!filePath.safeParse(path).success) return;
        assert.match(fileKey(path), /^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/);
        assert.notEqual(fileKey(path), ".");
      }),
      { numRuns: 1000 },
    ));
});
