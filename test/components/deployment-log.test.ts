import assert from "node:assert/strict";
import type { RequestListener } from "node:http";

import * as z from "zod";

import { DeploymentLog } from "../../components/deployment-log.ts";
import type { Repository } from "../../sandbox/github/model.ts";
import { StandIn, tokenOf } from "../sandbox/github/stand-in.ts";
import { unusedHost, withServer } from "../support/local-server.ts";
import { logged } from "../support/logged.ts";
import { register } from "../support/mocks.ts";

const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;
const config = digestOf("c");
const older = digestOf("1");
const newer = digestOf("2");

/** A registry in which every image has these labels. */
const registry =
  (labels: Readonly<Record<string, string>>): RequestListener =>
  ({ url = "" }, response) =>
    response.end(
      JSON.stringify(url.includes("/blobs/") ? { config: { Labels: labels } } : { config: { digest: config } }),
    );

const Deployment = z.object({
  id: z.number(),
  sha: z.string(),
  ref: z.string(),
  task: z.string(),
  environment: z.string(),
  production_environment: z.boolean(),
  description: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
const Status = z.object({ state: z.string(), environment_url: z.string() });

describe("the record of deployments on GitHub", () => {
  let github: StandIn;
  let repository: Repository;
  let commit: string;
  let labels: Readonly<Record<string, string>>;
  beforeEach(async () => {
    github = await StandIn.start();
    repository = await github.repository("narrative");
    commit = (await github.store.git(repository).ref("refs/heads/main")) ?? "";
    labels = {
      "org.opencontainers.image.source": `${github.origin}/kbase/narrative`,
      "org.opencontainers.image.revision": commit,
    };
  });
  afterEach(() => github.close());

  const deployments = async () =>
    z.array(Deployment).parse((await github.ask("GET /api/v3/repos/kbase/narrative/deployments")).body);
  const statusesOf = async (id: number) =>
    z
      .array(Status)
      .parse((await github.ask(`GET /api/v3/repos/kbase/narrative/deployments/${String(id)}/statuses`)).body);
  /** App and newest state of all, the newest first. */
  const states = async () =>
    Promise.all(
      (await deployments()).map(async ({ id, environment, payload }) => [
        `${String(payload["app"])} in ${environment}`,
        (await statusesOf(id))[0]?.state,
      ]),
    );

  interface Rollout {
    readonly app?: string;
    readonly image?: string;
    readonly digest?: string;
    /** Whether the Deployment was there before. */
    readonly update?: boolean;
    readonly stack?: string;
    readonly token?: string;
    readonly url?: string;
  }

  /** Does what the engine does once a rollout is complete; returns what the person is told. */
  async function rolledOut(host: string, rollout: Rollout): Promise<string[]> {
    const { app = "web", image = "kbase/narrative-develop:pr-12", digest = older, stack = "appdev" } = rollout;
    const { url = github.origin, token = tokenOf("olga") } = rollout;
    let log: DeploymentLog | undefined;
    await register(() => {
      log = new DeploymentLog({
        github: { url, credential: { kind: "token", token } },
        organization: "kbase",
        environment: stack,
        actor: "dana",
        registries: [{ host, http: true }],
        addressOf: (name) => `https://${stack}.example.org/${name}`,
      });
    });
    const inputs = {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "sidecar", image: "x" },
              { name: app, image: `${host}/${image}@${digest}` },
            ],
          },
        },
      },
    };
    const { hook } = log ?? assert.fail("there is no hook");
    const about = { urn: "urn", id: `appdev/${app}`, name: app, type: "Deployment" };
    const told = await logged(async () =>
      hook.callback({ ...about, newInputs: inputs, ...(rollout.update === true ? { oldInputs: inputs } : {}) }),
    );
    return told.log;
  }

  it("has who deployed which image of which commit where", () =>
    withServer(registry(labels), async (host) => {
      assert.deepEqual(await rolledOut(host, {}), []);
      const [{ id, ...deployment } = assert.fail("there is none"), ...others] = await deployments();
      assert.deepEqual(others, []);
      assert.deepEqual(deployment, {
        sha: commit,
        ref: commit,
        task: "deploy",
        environment: "appdev",
        production_environment: false,
        description: "pr-12 as web by dana",
        payload: { image: `${host}/kbase/narrative-develop:pr-12`, digest: older, app: "web", actor: "dana" },
      });
      assert.deepEqual(await statusesOf(id), [{ state: "success", environment_url: "https://appdev.example.org/web" }]);
    }));

  it("is of an image without a tag by its digest, and in prod to production", () =>
    withServer(registry(labels), async (host) => {
      await rolledOut(host, { image: "kbase/narrative", stack: "prod" });
      const [deployment] = await deployments();
      assert.equal(deployment?.production_environment, true);
      assert.equal(deployment.description, `${older} as web by dana`);
      assert.equal(deployment.payload["image"], `${host}/kbase/narrative`);
    }));

  it("has a way back as another deployment, and only what runs as active", () =>
    withServer(registry(labels), async (host) => {
      for (const digest of [older, newer, older]) await rolledOut(host, { digest, update: true });
      assert.deepEqual(
        (await deployments()).map(({ payload }) => payload["digest"]),
        [older, newer, older],
      );
      assert.deepEqual(await states(), [
        ["web in appdev", "success"],
        ["web in appdev", "inactive"],
        ["web in appdev", "inactive"],
      ]);
    }));

  it("has nothing twice where something else than the image changed, unless the Deployment is made anew", () =>
    withServer(registry(labels), async (host) => {
      await rolledOut(host, {});
      assert.deepEqual(await rolledOut(host, { update: true }), []);
      assert.equal((await deployments()).length, 1);
      await rolledOut(host, {});
      assert.deepEqual(await states(), [
        ["web in appdev", "success"],
        ["web in appdev", "inactive"],
      ]);
    }));

  it("leaves other apps of the repository and other environments active", () =>
    withServer(registry(labels), async (host) => {
      await rolledOut(host, { app: "api" });
      await rolledOut(host, { stack: "ci" });
      await rolledOut(host, { stack: "prod" });
      for (const stack of ["appdev", "prod"]) await rolledOut(host, { digest: newer, stack });
      await rolledOut(host, { stack: "prod" });
      assert.deepEqual(await states(), [
        ["web in prod", "success"],
        ["web in prod", "inactive"],
        ["web in appdev", "success"],
        ["web in prod", "inactive"],
        ["web in ci", "success"],
        ["api in appdev", "success"],
      ]);
    }));

  it("ends what only gave the image the environment's tag", () =>
    withServer(registry(labels), async (host) => {
      const others = [
        { payload: { image: `${host}/kbase/narrative-develop:appdev`, digest: older } },
        { payload: { image: `${host}/kbase/narrative:appdev`, digest: older } },
        { payload: "deployed by something else" },
        {},
      ];
      for (const other of others)
        await github.ask("POST /api/v3/repos/kbase/narrative/deployments", {
          body: { ref: "main", environment: "appdev", required_contexts: [], ...other },
        });
      await rolledOut(host, {});
      const all = z.array(z.object({ id: z.number(), payload: z.unknown() }));
      const { body } = await github.ask("GET /api/v3/repos/kbase/narrative/deployments");
      const newest = await Promise.all(all.parse(body).map(async ({ id }) => (await statusesOf(id))[0]?.state));
      assert.deepEqual(newest, ["success", undefined, undefined, undefined, "inactive"]);
    }));

  it("is of no image that names no commit of the organization, which the person is told", () =>
    withServer(registry({}), async (host, seen) => {
      assert.deepEqual(await rolledOut(host, {}), [
        "info: App web: its image names no commit of a repository of kbase as its source, so GitHub gets no record of it",
      ]);
      assert.equal(seen.length, 2);
      assert.deepEqual(await deployments(), []);
    }));

  const runs = "warning: App web runs, but GitHub has no record of it:";
  const later = "once that is mended, the app's next update records it";
  const rights =
    "deployments need write access to the repository, and of a fine-grained token or App the permission Deployments: Read and write";
  describe("may fail without failing the update, and says why and what to do:", () => {
    const warns = async (rollout: Rollout, warning: (host: string) => string) =>
      withServer(registry(labels), async (host) => {
        const log = await rolledOut(host, rollout);
        assert.deepEqual(log, [`${runs} ${warning(host)}`]);
        assert.doesNotMatch(log.join(), /token-of/);
        assert.deepEqual(await deployments(), []);
      });

    it("where the token is refused", () =>
      warns({ token: tokenOf("nobody") }, () => {
        const fix = "it is wrong, expired or revoked; set a new one: pulumi config set --secret githubToken";
        return `GitHub at ${github.origin} refuses the token (401): ${fix}`;
      }));

    it("where the token may only read", async () => {
      const olga = github.store.user("olga") ?? assert.fail();
      const permissions = { metadata: "read", deployments: "read" } as const;
      github.token("reads", olga, { kind: "fine-grained", permissions });
      await warns({ token: tokenOf("reads") }, () => {
        const refusal = "Resource not accessible by personal access token; it needs the permission deployments=write";
        return `GitHub at ${github.origin} does not allow POST /repos/{owner}/{repo}/deployments (403): ${refusal}; ${rights}; ${later}`;
      });
    });

    it("where the repository does not know the commit", async () => {
      labels = { ...labels, "org.opencontainers.image.revision": "f".repeat(40) };
      await warns(
        {},
        () =>
          `GitHub at ${github.origin} answers 422 to POST /repos/{owner}/{repo}/deployments: No ref found for: ${"f".repeat(40)}; ${later}`,
      );
    });

    it("where GitHub is not there", async () => {
      const host = await unusedHost();
      labels = { ...labels, "org.opencontainers.image.source": `http://${host}/kbase/narrative` };
      await warns(
        { url: `http://${host}` },
        () => `GitHub at http://${host} can't be reached: connect ECONNREFUSED ${host}; ${later}`,
      );
    });

    it("where the registry does not answer", async () => {
      const host = await unusedHost();
      assert.deepEqual(await rolledOut(host, {}), [
        `${runs} the registry ${host} can't be asked: connect ECONNREFUSED ${host}; ${later}`,
      ]);
    });
  });
});
