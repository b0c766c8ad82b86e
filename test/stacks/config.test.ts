import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { describeProblems } from "../../stacks/config.ts";
import { parseEnvironment, readEnvironment } from "../../stacks/environment-config.ts";
import { parsed, problemsOf, withApp, written } from "../support/configuration.ts";

const privateKey = "-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n";

describe("an environment's configuration", () => {
  it("is complete with defaults where it says only what it must", () => {
    const { environment, problems } = parsed({});
    assert.deepEqual(problems, []);
    assert.deepEqual(environment, {
      organization: "kbase",
      rancher: { url: "https://rancher.example.org", cluster: "c-m-abc12345", project: "appdev" },
      rancherToken: "token-abc12:not-a-real-one",
      host: "appdev.example.org",
      registry: "ghcr.io",
      registries: {},
      channel: "develop",
      images: {},
      apps: {
        web: {
          port: 80,
          path: "/",
          replicas: 1,
          strategy: "RollingUpdate",
          deadline: 120,
          env: {},
          secrets: {},
          files: {},
          volumes: {},
          pullPolicy: "IfNotPresent",
          root: false,
        },
      },
      selected: new Map([
        [
          "web",
          { written: "latest", reference: { registry: "ghcr.io", repository: "kbase/web-develop", tag: "latest" } },
        ],
      ]),
    });
  });

  const values: readonly [string, Readonly<Record<string, unknown>>][] = [
    [
      "any key of the environment",
      {
        organization: "k".repeat(39),
        rancher: {
          url: "https://rancher.example.org:8443/",
          cluster: "local",
          project: "local:p-1",
          ca: "-----BEGIN CERTIFICATE-----",
        },
        namespace: "n".repeat(53),
        host: "http://a.b-c.example.org:8080",
        tlsSecret: "tls",
        ingressClass: "traefik",
        registry: "127.0.0.1:5000",
        registries: { "ghcr.io": { username: "u", password: "p" }, "127.0.0.1:5000": { http: true } },
        channel: "release",
        app: "web",
        image: "pr-12",
        quota: { namespace: { pods: "5", limitsMemory: "1.5Gi" }, container: { limitsCpu: "500m" } },
      },
    ],
    ["one word as a host", { host: "localhost" }],
    ["text that looks like a number", { image: "5.10" }],
    [
      "a project's name with blanks' replacements",
      { rancher: { url: "https://r", cluster: "c", project: "Team_A.1" } },
    ],
    ["the least of each number", withApp({ port: 1, replicas: 0, deadline: 10, user: 1 })],
    ["the most of each number", withApp({ port: 65_535, replicas: 1000, deadline: 3600, user: 2_147_483_647 })],
    ["an image with a folder", withApp({ image: "other/jobrunner" })],
    ["an image with a registry", withApp({ image: "quay.io/other/jobrunner", channel: "release" })],
    ["the longest image", withApp({ image: `quay.io/a/${"x".repeat(245)}`, channel: "release" })],
    ["no apps", { apps: {} }],
    [
      "command, arguments, probes and policy",
      withApp({ command: ["a"], args: ["b"], health: "/ok", pullPolicy: "Always" }),
    ],
    [
      "volumes of a single writer that is stopped",
      withApp({ volumes: { d: { path: "/d", size: "1Gi", storageClass: "fast" } }, strategy: "Recreate", replicas: 0 }),
    ],
    [
      "files and volumes side by side",
      withApp({ volumes: { d: { path: "/d", size: "1Gi" } }, files: { "/d/a": "", "/a_b": "" }, strategy: "Recreate" }),
    ],
    ["names that every object has", withApp({ secrets: { toString: "x", constructor: "y" } })],
    [
      "a volume's name that differs from another app's",
      {
        apps: {
          a: { port: 80, volumes: { d: { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
          b: { port: 80, path: "/b", volumes: { d: { path: "/d", size: "1Gi" } }, strategy: "Recreate" },
        },
      },
    ],
  ];
  for (const [what, changes] of values) it(`may have ${what}`, () => assert.deepEqual(problemsOf(changes), []));

  it("says by whom deployments are recorded, and on which GitHub", () => {
    const recordsOf = (changes: Readonly<Record<string, unknown>>) => parsed(changes).environment?.records;
    const github = { url: "https://github.example.org/" };
    assert.equal(recordsOf({ github }), undefined);
    assert.deepEqual(recordsOf({ githubToken: "ghp_x" }), {
      url: undefined,
      credential: { kind: "token", token: "ghp_x" },
    });
    assert.deepEqual(recordsOf({ github, githubApp: { id: 12, installationId: "34", privateKey } }), {
      url: "https://github.example.org",
      credential: { kind: "app", id: "12", installationId: "34", privateKey },
    });
  });

  it("has variables as text, whatever YAML made of them, and quantities too", () => {
    const { environment } = parsed(
      withApp({ env: { A: 5, B: true, C: "x" }, resources: { requests: { cpu: 2, memory: "1Gi" }, limits: {} } }),
    );
    assert.deepEqual(environment?.apps["web"]?.env, { A: "5", B: "true", C: "x" });
    assert.deepEqual(environment.apps["web"].resources, { requests: { cpu: "2", memory: "1Gi" }, limits: {} });
  });

  it("has the organization in lower case, as images have it", () => {
    const { environment } = parsed({ organization: "KBase" });
    assert.equal(environment?.selected.get("web")?.reference.repository, "kbase/web-develop");
  });

  it("has the image that it selects for each app", () => {
    const { environment } = parsed({
      apps: { web: { port: 80 }, api: { port: 80, path: "/api", image: "service_api", channel: "release" } },
      image: "web:pr-7",
      images: { api: "1.2.3" },
    });
    assert.deepEqual(Object.fromEntries(environment?.selected ?? []), {
      web: { written: "web:pr-7", reference: { registry: "ghcr.io", repository: "kbase/web", tag: "pr-7" } },
      api: { written: "1.2.3", reference: { registry: "ghcr.io", repository: "kbase/service_api", tag: "1.2.3" } },
    });
  });
});

describe("a configuration with several mistakes", () => {
  it("has all of them reported at once, each with key, value, rule and fix", () => {
    const changes = {
      channel: "dev",
      hots: "x",
      rancher: { url: "http://rancher.example.org", cluster: "c-m-1", project: "appdev" },
      rancherToken: undefined,
      registries: { "ghcr.io": { username: "u", password: "hush" } },
      image: "pr-12",
      images: { narrativ: "pr-1" },
      apps: {
        narrative: { port: 70_000, replicas: "two", stategy: "Recreate", env: { A: "1" }, secrets: { A: "hush" } },
        auth2: { health: "health", user: 5, root: true },
      },
    };
    assert.deepEqual(problemsOf(changes, []).sort(), [
      'apps.auth2.health is "health", which must be an absolute path, as in /services/auth',
      'apps.auth2.path is "/", which is the path of the app narrative too: choose another',
      "apps.auth2.port is missing; set it: pulumi config set --path 'apps.auth2.port' VALUE",
      "apps.auth2.user is 5, which contradicts root: true: keep one of the two",
      "apps.narrative.port is 70000, which must be a port, a whole number from 1 to 65535",
      'apps.narrative.replicas is "two", which must be how many pods run, a whole number from 0 to 1000',
      "apps.narrative.secrets.A is in env too: keep one of the two",
      "apps.narrative.secrets.A must be encrypted; set it anew: pulumi config set --secret --path 'apps.narrative.secrets.A'",
      "apps.narrative.stategy is not a key; did you mean strategy?",
      'channel is "dev", which must be develop or release',
      "hots is not a key; did you mean host?",
      'image is "pr-12", and there are 2 apps; say which: pulumi config set app APP, or pulumi config set --path images.APP pr-12',
      'images.narrativ names the app "narrativ", which is not there; the apps are narrative, auth2',
      'rancher.url is "http://rancher.example.org", which must be Rancher\'s address without a path, as in https://rancher.example.org',
      "rancherToken is missing; set it: pulumi config set --secret rancherToken VALUE",
      `registries["ghcr.io"].password must be encrypted; set it anew: pulumi config set --secret --path 'registries["ghcr.io"].password'`,
    ]);
  });

  it("has no mistakes made up from others", () => {
    assert.deepEqual(problemsOf({ apps: { web: 5 }, image: "pr-1", images: {} }), [
      "apps.web must be an object: keys with values",
    ]);
    assert.deepEqual(problemsOf({ apps: "x", image: "pr-1" }), ["apps must be an object: keys with values"]);
    assert.deepEqual(problemsOf({ channel: undefined, image: "web:pr-1" }), [
      "channel is missing; set it: pulumi config set channel VALUE",
    ]);
  });

  it("says what it is in one text", () => {
    const problem = { key: "channel", message: "is missing" };
    assert.equal(
      describeProblems("ci", [problem]),
      "The configuration of stack ci has a problem:\n  drover:channel is missing",
    );
    assert.equal(
      describeProblems("ci", [problem, { key: "host", message: "is missing" }]),
      "The configuration of stack ci has 2 problems:\n  drover:channel is missing\n  drover:host is missing",
    );
  });
});

describe("a secret in a configuration", () => {
  const secrets = { secrets: { TOKEN: "hush" } };
  const registries = { "ghcr.io": { username: "u", password: "hush" }, "quay.io": {} };
  const githubApp = { id: 1, installationId: 2, privateKey };
  const anew = (key: string) => `${key} must be encrypted; set it anew: pulumi config set --secret --path '${key}'`;
  const cases: readonly [Readonly<Record<string, unknown>>, readonly string[], readonly string[]][] = [
    [{}, [], [anew("rancherToken")]],
    [{}, ["rancherToken"], []],
    [withApp(secrets), ["rancherToken"], [anew("apps.web.secrets.TOKEN")]],
    [withApp(secrets), ["rancherToken", "apps"], []],
    [{ registries }, ["rancherToken"], [anew(`registries["ghcr.io"].password`)]],
    [{ registries }, ["rancherToken", "registries"], []],
    [{ githubToken: "hush" }, ["rancherToken"], [anew("githubToken")]],
    [{ githubToken: "hush" }, ["rancherToken", "githubToken"], []],
    [{ githubApp }, ["rancherToken"], [anew("githubApp.privateKey")]],
    [{ githubApp }, ["rancherToken", "githubApp"], []],
    [
      { registries, ...withApp(secrets) },
      [],
      [anew("rancherToken"), anew("apps.web.secrets.TOKEN"), anew(`registries["ghcr.io"].password`)],
    ],
  ];
  for (const [changes, secretKeys, expected] of cases)
    it(`${expected.length === 0 ? "is taken" : "is refused"} where ${secretKeys.join(" and ") || "nothing"} is encrypted of ${Object.keys({ rancherToken: 1, ...changes }).join(" and ")}`, () =>
      assert.deepEqual(problemsOf(changes, secretKeys).sort(), [...expected].sort()));

  const misplaced: readonly Readonly<Record<string, unknown>>[] = [
    { rancherToken: "hush hush" },
    { rancherTokn: "hush" },
    { apps: "hush {" },
    { apps: ["hush"] },
    { apps: { web: "hush" } },
    { apps: { web: { port: 80, secrets: "hush" } } },
    { apps: { web: { port: 80, secrets: { "A.B": "hush" } } } },
    { apps: { web: { port: 80, secrets: { A: { B: "hush" } } } } },
    { apps: { web: { port: 80, secret: { A: "hush" } } } },
    { apps: { web: { port: 80, secrets: { A: "hush" }, env: { A: "hush" } } } },
    { apps: { web: { port: 80, env: "A=hush" } } },
    { apps: { web: { port: 80, files: "hush" } } },
    { apps: { web: { port: 80, resources: "hush" } } },
    { githubToken: "hush hush" },
    { githubApp: ["hush"] },
    { githubApp: { id: "hush", installationId: "hush", privateKey: "hush" } },
    { githubApp: { key: "hush" } },
    { registries: "hush" },
    { registries: { "ghcr.io": "hush" } },
    { registries: { "ghcr.io": { password: "hush" } } },
    { registries: { "ghcr.io": { username: "hush" } } },
    { registries: { "ghcr.io": { token: "hush" } } },
    { secrets: { A: "hush" } },
    { password: "hush" },
  ];
  for (const changes of misplaced)
    it(`shows nowhere when ${JSON.stringify(changes)} is wrong`, () => {
      const problems = problemsOf(changes);
      assert.ok(problems.length > 0);
      assert.doesNotMatch(problems.join(), /hush/);
    });
});

describe("the configuration of the stack that runs", () => {
  const run = (config: Readonly<Record<string, string>>, secretKeys: readonly string[]) => {
    const project = pulumi.getProject();
    const before = { config: pulumi.runtime.allConfig(), keys: process.env["PULUMI_CONFIG_SECRET_KEYS"] };
    const named = Object.entries(config).map(([key, value]): [string, string] => [`${project}:${key}`, value]);
    try {
      pulumi.runtime.setAllConfig({ ...Object.fromEntries(named), "kubernetes:namespace": "of another package" });
      process.env["PULUMI_CONFIG_SECRET_KEYS"] = JSON.stringify(secretKeys.map((key) => `${project}:${key}`));
      return readEnvironment();
    } finally {
      pulumi.runtime.setAllConfig(before.config);
      if (before.keys === undefined) delete process.env["PULUMI_CONFIG_SECRET_KEYS"];
      else process.env["PULUMI_CONFIG_SECRET_KEYS"] = before.keys;
    }
  };
  const config = written({
    organization: "kbase",
    rancher: { url: "https://rancher.example.org", cluster: "c-m-1", project: "appdev" },
    rancherToken: "token-abc12:not-a-real-one",
    host: "appdev.example.org",
    channel: "develop",
    apps: { web: { port: 80 } },
  });

  it("is read with the keys of this project alone", () =>
    assert.deepEqual(run(config, ["rancherToken"]), parseEnvironment(config, new Set(["rancherToken"])).environment));
  it("stops the program with one text, without a stack trace", () =>
    assert.throws(
      () => run({ ...config, channel: "dev" }, []),
      (error) => {
        assert.ok(error instanceof pulumi.RunError);
        assert.equal(
          error.message,
          [
            `The configuration of stack ${pulumi.getStack()} has 2 problems:`,
            '  drover:channel is "dev", which must be develop or release',
            "  drover:rancherToken must be encrypted; set it anew: pulumi config set --secret --path 'rancherToken'",
          ].join("\n"),
        );
        return true;
      },
    ));
});
