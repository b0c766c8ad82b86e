import assert from "node:assert/strict";

import { keysOf, problemsOf, withApp } from "../support/configuration.ts";

const quote = "; put it in quotes, as YAML reads an unquoted 1.10 as a number";
const name = (what: string) =>
  `must be ${what}: lower-case letters, digits and dashes, beginning with a letter, as in narrative`;
const long = (maximum: number) => `may have at most ${String(maximum)} characters`;
const whole = (what: string, from: number, to: number) =>
  `must be ${what}, a whole number from ${String(from)} to ${String(to)}`;
const structure = "must be an object: keys with values";
const list = "must be a list";
const quantity = "must be a Kubernetes quantity, as in 500m, 2 or 512Mi";
const path = "must be an absolute path, as in /services/auth";
const file = "must be the absolute path of a file, without . and .., as in /etc/app/config.ini";
const variable = "must be the name of an environment variable: letters, digits and underscores, as in LOG_LEVEL";
const organization = "must be the GitHub organization's name: letters, digits and single dashes, as in kbase";
const host =
  "must be the environment's host name, with http:// or https:// and a port where it needs them, as in appdev.example.org";
const url = "must be Rancher's address without a path, as in https://rancher.example.org";
const cluster = "must be the cluster's id in Rancher, as in c-m-abc12345 or local";
const project = "must be a name, or the id of a project that exists, as in appdev or c-m-abc12345:p-xyz12";
const image = "must be an image's name without a tag, in lower case, as in jobrunner or quay.io/other/jobrunner";
const registry = "must be a registry's host, as in ghcr.io or 127.0.0.1:5000";
const privateKey = "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n";
const rancher = { url: "https://rancher.example.org", cluster: "c-m-abc12345", project: "appdev" };

const namespaceQuotaKeys = [
  ...["configMaps", "limitsCpu", "limitsMemory", "persistentVolumeClaims", "pods", "replicationControllers"],
  ...["requestsCpu", "requestsMemory", "requestsStorage", "secrets", "services"],
  ...["servicesLoadBalancers", "servicesNodePorts"],
];
const quotaKeys = {
  project: namespaceQuotaKeys,
  namespace: namespaceQuotaKeys,
  container: ["limitsCpu", "limitsMemory", "requestsCpu", "requestsMemory"],
};

/** What breaks a rule, and what is said then. */
type Row = readonly [changes: Readonly<Record<string, unknown>>, ...problems: string[]];

const ofEnvironment: readonly Row[] = [
  [{ organization: undefined }, "organization is missing; set it: pulumi config set organization VALUE"],
  [{ organization: "" }, `organization is "", which ${organization}`],
  [{ organization: "kbase--x" }, `organization is "kbase--x", which ${organization}`],
  [{ organization: "-kbase" }, `organization is "-kbase", which ${organization}`],
  [{ organization: "k".repeat(40) }, `organization is "${"k".repeat(40)}", which ${long(39)}`],
  [{ rancher: undefined }, "rancher is missing; set it: pulumi config set rancher VALUE"],
  [{ rancher: "text" }, `rancher ${structure}`],
  [
    { rancher: {} },
    "rancher.url is missing; set it: pulumi config set --path 'rancher.url' VALUE",
    "rancher.cluster is missing; set it: pulumi config set --path 'rancher.cluster' VALUE",
    "rancher.project is missing; set it: pulumi config set --path 'rancher.project' VALUE",
  ],
  ...["http://rancher.example.org", "https://rancher.example.org/v3", "https://u:p@rancher.example.org", ""].map(
    (wrong): Row => [{ rancher: { ...rancher, url: wrong } }, `rancher.url is "${wrong}", which ${url}`],
  ),
  [{ rancher: { ...rancher, url: 5 } }, "rancher.url is 5, which must be text"],
  [{ rancher: { ...rancher, cluster: "C m" } }, `rancher.cluster is "C m", which ${cluster}`],
  [{ rancher: { ...rancher, cluster: 5 } }, `rancher.cluster is 5, which must be text${quote}`],
  [{ rancher: { ...rancher, project: "a/b" } }, `rancher.project is "a/b", which ${project}`],
  [{ rancher: { ...rancher, project: "c-m-1:x" } }, `rancher.project is "c-m-1:x", which ${project}`],
  [{ rancher: { ...rancher, project: 12 } }, `rancher.project is 12, which must be text${quote}`],
  [
    { rancher: { ...rancher, ca: "MIIB" } },
    `rancher.ca is "MIIB", which must be certificates in PEM, with their BEGIN and END lines`,
  ],
  [{ rancher: { ...rancher, project: true } }, `rancher.project is true, which must be text${quote}`],
  [{ rancherToken: undefined }, "rancherToken is missing; set it: pulumi config set --secret rancherToken VALUE"],
  [{ rancherToken: "hush" }, "rancherToken must be the bearer token of a Rancher API key, as in token-abc12:…"],
  [{ namespace: "Dev" }, `namespace is "Dev", which ${name("a namespace")}`],
  [{ namespace: "d".repeat(54) }, `namespace is "${"d".repeat(54)}", which ${long(53)}`],
  [{ host: undefined }, "host is missing; set it: pulumi config set host VALUE"],
  ...["Dev.example.org", "ftp://dev.example.org", "dev.example.org/path", "dev..org", "-dev.org", "dev:123456"].map(
    (wrong): Row => [{ host: wrong }, `host is "${wrong}", which ${host}`],
  ),
  [{ tlsSecret: "a.b" }, `tlsSecret is "a.b", which ${name("the name of a Secret")}`],
  [{ ingressClass: "Traefik" }, `ingressClass is "Traefik", which ${name("an ingress class")}`],
  [{ registry: "https://ghcr.io" }, `registry is "https://ghcr.io", which ${registry}`],
  [{ registries: 5 }, `registries ${structure}`],
  [{ registries: { ghcr: {} } }, `registries.ghcr ${registry}`],
  [{ registries: { "ghcr.io": "hush" } }, `registries["ghcr.io"] ${structure}`],
  [
    { registries: { "ghcr.io": { username: "u" } } },
    `registries["ghcr.io"] needs both username and password, or neither`,
  ],
  [
    { registries: { "ghcr.io": { password: "hush" } } },
    `registries["ghcr.io"] needs both username and password, or neither`,
  ],
  [
    { registries: { "ghcr.io": { username: "", password: "" } } },
    `registries["ghcr.io"].username must not be empty`,
    `registries["ghcr.io"].password must not be empty`,
  ],
  [{ registries: { "ghcr.io": { http: "yes" } } }, `registries["ghcr.io"].http must be true or false`],
  [
    { registries: { "ghcr.io": { pasword: "hush" } } },
    `registries["ghcr.io"].pasword is not a key; did you mean password?`,
  ],
  [{ channel: undefined }, "channel is missing; set it: pulumi config set channel VALUE"],
  [{ channel: "dev" }, 'channel is "dev", which must be develop or release'],
  [{ app: "wbe" }, 'app names the app "wbe", which is not there; the apps are web'],
  [
    { image: "-x" },
    'image the tag "-x" must be 1 to 128 letters, digits, dots, dashes and underscores, and begin with none of dot and dash',
  ],
  [{ images: "pr-1" }, `images ${structure}`],
  [{ images: { web: 1.1 } }, `images.web is 1.1, which must be text${quote}`],
  [{ images: { wbe: "pr-1" } }, 'images.wbe names the app "wbe", which is not there; the apps are web'],
  [{ apps: undefined }, "apps is missing; set it: pulumi config set --secret apps VALUE"],
  [{ apps: "hush {" }, `apps ${structure}`],
  [{ apps: [] }, `apps ${structure}`],
  [{ apps: { Web: { port: 80 } } }, `apps.Web ${name("an app's name")}`],
  [{ apps: { "a.b": { port: 80 } } }, `apps["a.b"] ${name("an app's name")}`],
  [{ apps: { ["w".repeat(54)]: { port: 80 } } }, `apps.${"w".repeat(54)} ${long(53)}`],
  [{ apps: { web: "hush" } }, `apps.web ${structure}`],
  [
    { apps: { a: { port: 80 }, b: { port: 80, path: "/" } } },
    'apps.b.path is "/", which is the path of the app a too: choose another',
  ],
  [
    { apps: { a: { port: 80, path: "/x" }, b: { port: 80, path: "/x/" } } },
    'apps.b.path is "/x/", which is the path of the app a too: choose another',
  ],
  [
    {
      apps: {
        "a-b": { port: 80, path: "/1", volumes: { c: { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
        a: { port: 80, path: "/2", volumes: { "b-c": { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
      },
    },
    "apps.a.volumes.b-c would have the volume claim a-b-c, which apps.a-b.volumes.c has: rename one",
  ],
  [
    { rancher: { ...rancher, project: "c-m-1:p-1" }, quota: { project: { pods: "5" } } },
    'quota.project is for a project that is made here, and rancher.project, "c-m-1:p-1", exists already: remove one of the two',
  ],
  [{ quota: 5 }, `quota ${structure}`],
  ...Object.entries(quotaKeys).flatMap(([part, keys]): Row[] => [
    [{ quota: { [part]: 5 } }, `quota.${part} ${structure}`],
    [
      { quota: { [part]: Object.fromEntries(keys.map((key) => [key, "5 cores"])) } },
      ...keys.map((key) => `quota.${part}.${key} is "5 cores", which ${quantity}`),
    ],
    [
      { quota: { [part]: { limitsMemry: "1Gi" } } },
      `quota.${part}.limitsMemry is not a key; did you mean limitsMemory?`,
    ],
  ]),
  [
    { quota: { container: { pods: "5" } } },
    "quota.container.pods is not a key; the keys here are limitsCpu, limitsMemory, requestsCpu, requestsMemory",
  ],
  [{ githubToken: "hush hush" }, "githubToken must be a GitHub token, without spaces"],
  [{ githubApp: "hush" }, `githubApp ${structure}`],
  [
    { githubApp: { id: "hush", privateKey: "hush" } },
    "githubApp.id must be the App's id, a number",
    "githubApp.installationId is missing; set it: pulumi config set --secret --path 'githubApp.installationId' VALUE",
    "githubApp.privateKey must be the App's private key in PEM, with its BEGIN and END lines",
  ],
  [
    { githubToken: "hush", githubApp: { id: 1, installationId: 2, privateKey } },
    "githubApp is there, and so is githubToken: keep one of the two",
  ],
  [{ github: "https://github.example.org" }, `github ${structure}`],
  ...["http://github.example.org", "https://github.example.org/api", "github.example.org"].map((wrong): Row => [
    { github: { url: wrong } },
    `github.url is "${wrong}", which must be GitHub's address without a path, as in https://github.example.org; http is for this machine alone`,
  ]),
  [{ hots: "x" }, "hots is not a key; did you mean host?"],
];

const ofApp: readonly Row[] = [
  [{ port: undefined }, "port is missing; set it: pulumi config set --path 'apps.web.port' VALUE"],
  ...[0, 65_536, 80.5].map((wrong): Row => [
    { port: wrong },
    `port is ${String(wrong)}, which ${whole("a port", 1, 65_535)}`,
  ]),
  [{ port: "80" }, `port is "80", which ${whole("a port", 1, 65_535)}`],
  ...["Web", "web:1", "web/", "quay.io/", "http://quay.io/web", "-"].map((wrong): Row => [
    { image: wrong },
    `image is "${wrong}", which ${image}`,
  ]),
  [{ image: `quay.io/${"x".repeat(248)}` }, `image is "quay.io/${"x".repeat(248)}", which ${image}`],
  [{ image: 5 }, `image is 5, which must be text${quote}`],
  [{ channel: "main" }, 'channel is "main", which must be develop or release'],
  ...["services", "/a b", "/a?b", "/a#b", ""].flatMap((wrong): Row[] => [
    [{ path: wrong }, `path is "${wrong}", which ${path}`],
    [{ health: wrong }, `health is "${wrong}", which ${path}`],
  ]),
  [{ path: `/${"x".repeat(1024)}` }, `path is "/${"x".repeat(1024)}", which ${long(1024)}`],
  ...[-1, 1001].map((wrong): Row => [
    { replicas: wrong },
    `replicas is ${String(wrong)}, which ${whole("how many pods run", 0, 1000)}`,
  ]),
  [{ strategy: "recreate" }, 'strategy is "recreate", which must be RollingUpdate or Recreate'],
  ...[9, 3601].map((wrong): Row => [
    { deadline: wrong },
    `deadline is ${String(wrong)}, which ${whole("the rollout's deadline in seconds", 10, 3600)}`,
  ]),
  ...["command", "args"].flatMap((key): Row[] => [
    [{ [key]: "run it" }, `${key} ${list}`],
    [{ [key]: [] }, `${key} must have at least 1 item`],
    [{ [key]: ["run", 5] }, `${key}[1] is 5, which must be text`],
  ]),
  [{ env: ["A=1"] }, `env ${structure}`],
  [{ env: { "A-B": "x" } }, `env.A-B ${variable}`],
  [{ env: { "1A": "x" } }, `env.1A ${variable}`],
  [{ env: { A: 1.5 } }, "env.A is 1.5, which must be text, a whole number, true or false"],
  [{ env: { A: null } }, "env.A must be text, a whole number, true or false"],
  [{ secrets: "hush" }, `secrets ${structure}`],
  [{ secrets: { "A-B": "hush" } }, `secrets.A-B ${variable}`],
  [{ secrets: { A: 5 } }, "secrets.A must be text"],
  [{ secrets: { A: "" } }, "secrets.A must not be empty"],
  [{ secrets: { A: "hush" }, env: { A: "hush" } }, "secrets.A is in env too: keep one of the two"],
  [{ files: "hush" }, `files ${structure}`],
  ...["etc/a", "/", "/etc/", "/etc//a", "/../a", "/etc/.", "/etc/..a", "/etc/my file"].map((wrong): Row => [
    { files: { [wrong]: "x" } },
    `files["${wrong}"] ${file}`,
  ]),
  [{ files: { [`/${"x".repeat(253)}`]: "x" } }, `files["/${"x".repeat(253)}"] ${long(253)}`],
  [{ files: { "/etc/a": 5 } }, `files["/etc/a"] is 5, which must be the file's text`],
  [
    { files: { "/a/b": "", "/a_b": "" } },
    "files has two paths that differ only in characters other than letters, digits, dots and dashes: rename one",
  ],
  [{ volumes: [] }, `volumes ${structure}`],
  [{ volumes: { data: "10Gi" }, strategy: "Recreate" }, `volumes.data ${structure}`],
  [{ volumes: { Data: { path: "/d", size: "1Gi" } }, strategy: "Recreate" }, `volumes.Data ${name("a volume's name")}`],
  [
    { volumes: { data: {} }, strategy: "Recreate" },
    "volumes.data.path is missing; set it: pulumi config set --path 'apps.web.volumes.data.path' VALUE",
    "volumes.data.size is missing; set it: pulumi config set --path 'apps.web.volumes.data.size' VALUE",
  ],
  [
    { volumes: { data: { path: "d", size: "10 GB", storageClass: "Fast" } }, strategy: "Recreate" },
    `volumes.data.path is "d", which ${path}`,
    `volumes.data.size is "10 GB", which ${quantity}`,
    `volumes.data.storageClass is "Fast", which ${name("a storage class")}`,
  ],
  [
    { volumes: { files: { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
    "volumes.files is the name of the volume that holds files: choose another",
  ],
  [
    { volumes: { a: { path: "/d", size: "1Gi" }, b: { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
    'volumes.b.path is "/d", where another volume or a file of the app is mounted: choose another',
  ],
  [
    { volumes: { a: { path: "/d/x", size: "1Gi" } }, files: { "/d/x": "" }, strategy: "Recreate" },
    'volumes.a.path is "/d/x", where another volume or a file of the app is mounted: choose another',
  ],
  ...[{}, { strategy: "Recreate", replicas: 2 }].map((more): Row => [
    { volumes: { data: { path: "/d", size: "1Gi" } }, ...more },
    "volumes need strategy: Recreate and at most one replica, because a volume belongs to one pod at a time",
  ]),
  [{ resources: 5 }, `resources ${structure}`],
  ...["requests", "limits"].flatMap((part): Row[] => [
    [{ resources: { [part]: "1" } }, `resources.${part} ${structure}`],
    [{ resources: { [part]: { cpu: "half" } } }, `resources.${part}.cpu is "half", which ${quantity}`],
    [{ resources: { [part]: { memory: "1GiB" } } }, `resources.${part}.memory is "1GiB", which ${quantity}`],
    [{ resources: { [part]: { mem: "1Gi" } } }, `resources.${part}.mem is not a key; the keys here are cpu, memory`],
  ]),
  [{ pullPolicy: "Never" }, 'pullPolicy is "Never", which must be IfNotPresent or Always'],
  [{ user: 0 }, `user is 0, which ${whole("a user id above 0", 1, 2_147_483_647)}`],
  [{ user: "www-data" }, `user is "www-data", which ${whole("a user id above 0", 1, 2_147_483_647)}`],
  [{ root: "yes" }, 'root is "yes", which must be true or false'],
  [{ root: true, user: 33 }, "user is 33, which contradicts root: true: keep one of the two"],
  [{ replica: 2 }, "replica is not a key; did you mean replicas?"],
];

const rows: readonly Row[] = [
  ...ofEnvironment,
  ...ofApp.map(([changes, ...problems]): Row => [
    withApp(changes),
    ...problems.map((problem) => `apps.web.${problem}`),
  ]),
];

describe("a configuration that breaks a rule", () => {
  for (const [changes, ...expected] of rows)
    it(`is told: ${expected.join("; ").slice(0, 150)}`, () => {
      const problems = problemsOf(changes);
      assert.deepEqual(problems, expected);
      assert.doesNotMatch(problems.join(), /hush/);
    });

  it("is seen here for every key that there is", () => {
    const broken = new Set(
      rows.flatMap(([, ...problems]) => problems).map((problem) => /^\S+/.exec(problem)?.[0] ?? ""),
    );
    const covers = (key: string) => {
      const pattern = key.split(".").map((piece) => (piece === "*" ? `(\\.\\w[\\w-]*|\\["[^"]+"\\])` : `\\.${piece}`));
      return [...broken].some((one) => new RegExp(`^${pattern.join("")}(\\[\\d+\\])?$`).test(`.${one}`));
    };
    assert.deepEqual(
      keysOf().filter((key) => !covers(key)),
      [],
    );
  });
});
