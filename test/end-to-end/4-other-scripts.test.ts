import assert from "node:assert/strict";

import * as z from "zod";

import { ScriptWorld } from "../workflows/script-world.ts";
import { calledWorkflowOf, own } from "../workflows/workflow-files.ts";

const grantsOf = (workflow: string, job: string): Record<string, "read" | "write"> => {
  const found = own.find(({ name }) => name === workflow) ?? calledWorkflowOf(workflow);
  const { permissions } = found.content.jobs[job] ?? {};
  const given = typeof permissions === "object" ? Object.entries(permissions) : [];
  return Object.fromEntries(given.flatMap(([scope, level]) => (level === "none" ? [] : [[scope, level]])));
};

const Deployments = z.array(
  z.looseObject({
    id: z.number(),
    sha: z.string(),
    environment: z.string(),
    production_environment: z.boolean(),
    description: z.string(),
    payload: z.record(z.string(), z.unknown()),
  }),
);
const Pulls = z.array(
  z.looseObject({ number: z.number(), draft: z.boolean(), title: z.string(), body: z.string().nullable() }),
);
const Issues = z.array(
  z.looseObject({ number: z.number(), title: z.string(), body: z.string().nullable(), state: z.string() }),
);
const Comments = z.array(z.looseObject({ body: z.string() }));

describe("the scripts that check, record, list and remove, with a real registry and no engine that could build", function () {
  this.timeout(300_000);
  let world: ScriptWorld;
  beforeEach(async () => {
    world = await ScriptWorld.start();
  });
  afterEach(() => world.close());

  const step = (workflow: string, job: string, name: string, environment: Readonly<Record<string, string>> = {}) =>
    world.run([workflow, job, name], grantsOf(workflow, job), environment);

  describe("the gate", () => {
    const results = ["success", "failure", "cancelled", "skipped", ""];
    const green = new Set(["false success skipped", "false skipped success"]);
    it("is green only where one of the builds succeeded and the other was not for this pull request", async () => {
      const wrong: string[] = [];
      for (const draft of ["true", "false"])
        for (const first of results)
          for (const second of results) {
            const { ok } = await step("pull-request", "gate", "Decide", {
              DRAFT: draft,
              RESULTS: `${first} ${second}`,
            });
            const state = `${draft} ${first} ${second}`;
            if (ok !== green.has(state)) wrong.push(state);
          }
      assert.deepEqual(wrong, []);
    });

    it("says that a draft is to be marked as ready, and of others what did not succeed", async () => {
      const draft = await step("pull-request", "gate", "Decide", { DRAFT: "true", RESULTS: "skipped skipped" });
      assert.match(draft.log, /^::error title=gate::draft: mark as ready to build$/mu);
      assert.match(draft.summary, /draft: mark as ready to build/u);
      const failed = await step("pull-request", "gate", "Decide", { DRAFT: "false", RESULTS: "failure skipped" });
      assert.match(failed.log, /^::error title=gate::building, testing or pushing did not succeed: failure skipped$/mu);
    });
  });

  describe("a request to retag", () => {
    const check = (request: unknown, environment: Readonly<Record<string, string>> = {}) =>
      step("retag", "check", "Check the request", {
        REQUEST: JSON.stringify(request),
        DEVELOP: "develop",
        RELEASE: "main",
        TARGETS: "appdev ci next prod",
        GITHUB_EVENT_NAME: "repository_dispatch",
        ...environment,
      });
    const right = { image: "web-develop", source: "pr-12", target: "ci" };

    it("passes with an image of the repository, a tag, an environment's tag and perhaps a reason", async () => {
      for (const request of [right, { ...right, image: "web", reason: "a\n'reason'" }]) {
        const { ok, outputs, log } = await check(request);
        assert.ok(ok, log);
        assert.deepEqual(outputs, { image: request.image, source: "pr-12", target: "ci" });
      }
      const byHand = { ...right, action: "retag", delete: "false", reason: "" };
      assert.ok((await check(byHand, { GITHUB_EVENT_NAME: "workflow_dispatch" })).ok);
    });

    const wrong: readonly [unknown, RegExp][] = [
      [null, /must be an object/u],
      [[], /must be an object/u],
      [{}, /image must be[^]*source must be[^]*target must be/u],
      [{ ...right, image: "auth2" }, /image must be one of web-develop, web/u],
      [{ ...right, image: ["web"] }, /image must be/u],
      [{ ...right, source: "" }, /source must be/u],
      [{ ...right, source: "pr-1\ntarget=prod" }, /source must be/u],
      [{ ...right, source: "a".repeat(129) }, /source must be/u],
      [{ ...right, source: 12 }, /source must be/u],
      [{ ...right, target: "latest" }, /target must be one of appdev, ci, next, prod/u],
      [{ ...right, target: "1.4.2" }, /target must be/u],
      [{ ...right, target: "appdev ci" }, /target must be/u],
      [{ ...right, target: "" }, /target must be/u],
      [{ ...right, reason: {} }, /reason must be text/u],
      [{ ...right, reason: "r".repeat(501) }, /at most 500/u],
      [{ ...right, more: "x" }, /"more" is unknown/u],
      [{ ...right, action: "retag" }, /"action" is unknown/u],
    ];
    it("is refused with what is wrong with it, and gives nothing on", async () => {
      for (const [request, reason] of wrong) {
        const { ok, outputs, log, summary } = await check(request);
        assert.deepEqual([ok, outputs], [false, {}], JSON.stringify(request));
        assert.match(log, /^::error title=not retagged::/mu);
        assert.match(summary, reason);
      }
    });

    it("knows only the images of the branches that there are", async () => {
      assert.ok(!(await check({ ...right, image: "web-develop" }, { DEVELOP: "" })).ok);
      assert.ok((await check({ ...right, image: "web" }, { DEVELOP: "" })).ok);
      assert.ok(!(await check({ ...right, image: "web" }, { RELEASE: "" })).ok);
    });
  });

  describe("a retag", () => {
    const retag = (source: string, target: string, environment: Readonly<Record<string, string>> = {}) =>
      step("retag", "retag", "Retag", {
        IMAGE: "web-develop",
        SOURCE: source,
        TARGET: target,
        REASON: "to show it | `x`",
        RUN: "https://github.example.org/kbase/web/actions/runs/1",
        FIRST: "web",
        ...environment,
      });
    const deployments = async () => Deployments.parse(await world.ask("GET /deployments"));
    const stateOf = async (id: number) =>
      z.array(z.looseObject({ state: z.string() })).parse(await world.ask(`GET /deployments/${String(id)}/statuses`))[0]
        ?.state;

    it("gives the tag to the digest, and records who, what and why as a deployment", async () => {
      const commit = await world.head("develop");
      const digest = await world.built("web-develop", "pr-12", commit);
      const { ok, log, summary } = await retag("pr-12", "ci");
      assert.ok(ok, log);
      assert.equal(await world.digest("web-develop", "ci"), digest);
      const [deployment, ...others] = await deployments();
      assert.ok(deployment !== undefined);
      assert.deepEqual(others, []);
      assert.deepEqual(
        [deployment.sha, deployment.environment, deployment.production_environment],
        [commit, "ci", false],
      );
      assert.equal(deployment.description, "pr-12 as ci by dev: to show it | `x`");
      assert.deepEqual(deployment.payload, {
        image: `${world.image("web-develop")}:ci`,
        digest,
        source: "pr-12",
        actor: "dev",
        reason: "to show it | `x`",
      });
      assert.equal(await stateOf(deployment.id), "success");
      for (const part of ["pr-12", "ci", digest, commit, "dev", "to show it", "--stack ci image web-develop:ci &&"])
        assert.ok(summary.includes(part), part);
    });

    it("of another image than the first is deployed by a key of its own", async () => {
      await world.built("extra-develop", "pr-12", await world.head("develop"));
      const { ok, log, summary } = await retag("pr-12", "ci", { IMAGE: "extra-develop" });
      assert.ok(ok, log);
      assert.ok(summary.includes("--stack ci --path images.extra extra-develop:ci &&"), summary);
    });

    it("to prod is a deployment to production; of a commit that is not here, one of the branch", async () => {
      await world.built("web-develop", "pr-12", await world.head("develop"), {
        "org.opencontainers.image.revision": "f".repeat(40),
      });
      const head = await world.head("main");
      const { ok, log } = await retag("pr-12", "prod", { GITHUB_SHA: head });
      assert.ok(ok, log);
      const [deployment] = await deployments();
      assert.deepEqual([deployment?.production_environment, deployment?.sha], [true, head]);
    });

    it("ends no deployment: what runs goes on running", async () => {
      await world.built("web-develop", "pr-12", await world.head("develop"));
      const body = { ref: "develop", environment: "ci", description: "", required_contexts: [] };
      const { id } = z.looseObject({ id: z.number() }).parse(await world.ask("POST /deployments", body));
      await world.ask(`POST /deployments/${String(id)}/statuses`, { state: "success" });
      const { ok, log } = await retag("pr-12", "ci");
      assert.ok(ok, log);
      assert.equal((await deployments()).length, 2);
      assert.equal(await stateOf(id), "success");
    });

    it("of a tag that does not exist is refused, and recorded nowhere", async () => {
      const { ok, log } = await retag("pr-99", "ci");
      assert.ok(!ok);
      assert.match(log, /::error title=not retagged::There is no image/u);
      assert.equal(await world.digest("web-develop", "ci"), undefined);
      assert.deepEqual(await deployments(), []);
    });
  });

  describe("the next release's pull request", () => {
    const run = () => step("next-release", "next-release", "Open or update", { DEVELOP: "develop", RELEASE: "main" });
    const open = async () => Pulls.parse(await world.ask("GET /pulls?state=open&base=main"));

    it("is not opened where develop has nothing that the release branch lacks", async () => {
      assert.ok((await run()).ok);
      assert.deepEqual(await open(), []);
    });

    it("is opened as a draft that lists what is in it, kept up to date with what people wrote left alone", async () => {
      const first = await world.pull("develop", { title: "First <b> @team" });
      await world.merge(first.number);
      const { ok, log, summary } = await run();
      assert.ok(ok, log);
      const [pull, ...others] = await open();
      assert.ok(pull !== undefined);
      assert.deepEqual(others, []);
      assert.ok(pull.draft);
      assert.equal(pull.title, "Release");
      const line = `- #${String(first.number)} First &lt;b> @\u200bteam`;
      assert.ok(pull.body?.includes(line), pull.body ?? "");
      assert.ok(summary.includes(line));

      await world.ask(`PATCH /pulls/${String(pull.number)}`, { body: `Above\n\n${pull.body ?? ""}\n\nBelow` });
      const second = await world.pull("develop", { title: "Second" });
      await world.merge(second.number);
      assert.ok((await run()).ok);
      const [updated, ...more] = await open();
      assert.deepEqual(more, []);
      assert.equal(updated?.number, pull.number);
      assert.match(updated.body ?? "", /^Above\n\n<!--[^]*- #\d+ Second\n- #\d+ First[^]*-->\n\nBelow$/u);
      assert.equal(updated.body?.match(/drover: end/gu)?.length, 1);
    });

    it("lists nothing of the last release", async () => {
      const first = await world.pull("develop", { title: "First" });
      await world.merge(first.number);
      await run();
      const [release] = await open();
      await world.ask("POST /git/refs", { ref: "refs/tags/before", sha: await world.head("main") });
      const { node_id: id } = z.looseObject({ node_id: z.string() }).parse(release);
      await world.github.query(
        `mutation { markPullRequestReadyForReview(input: { pullRequestId: "${id}" }) { clientMutationId } }`,
      );
      await world.merge(release?.number ?? 0);
      assert.ok((await run()).ok);
      assert.deepEqual(await open(), []);
      const second = await world.pull("develop", { title: "Second" });
      await world.merge(second.number);
      assert.ok((await run()).ok);
      const [next] = await open();
      assert.notEqual(next?.number, release?.number);
      assert.match(next?.body ?? "", /Second/u);
      assert.doesNotMatch(next?.body ?? "", /First/u);
    });
  });

  describe("clean-up", () => {
    const run = (environment: Readonly<Record<string, string>> = {}) =>
      step("clean-up", "clean-up", "Find and remove", {
        DEVELOP: "develop",
        RELEASE: "",
        DAYS: "0",
        KEEP: "0",
        DELETE: "true",
        ...environment,
      });
    const closed = async (name: string) => {
      const pull = await world.pull("develop");
      const tag = `pr-${String(pull.number)}`;
      const digest = await world.built(name, tag, pull.head, { "drover.pull-request": String(pull.number) });
      await world.ask(`PATCH /pulls/${String(pull.number)}`, { state: "closed" });
      return { tag, digest, head: pull.head, number: pull.number };
    };

    it("removes what closed pull requests left, and only reports it in a dry run", async () => {
      const head = await world.head("develop");
      await world.built("web-develop", "latest", head);
      const { tag, digest } = await closed("web-develop");
      await world.registry.tag("kbase/web-develop", tag, "sha-0123456789ab");
      const dry = await run({ DELETE: "false" });
      assert.ok(dry.ok, dry.log);
      assert.match(dry.summary, /### Clean-up, dry run/u);
      assert.ok(dry.summary.includes(`${digest}\` | ${tag}, sha-0123456789ab | would be removed`), dry.summary);
      assert.equal(await world.digest("web-develop", tag), digest);
      const { ok, log, summary } = await run();
      assert.ok(ok, log);
      assert.ok(summary.includes(`${tag}, sha-0123456789ab | removed |`), summary);
      assert.equal(await world.digest("web-develop", tag), undefined);
      assert.equal(await world.digest("web-develop", "sha-0123456789ab"), undefined);
      assert.ok((await world.digest("web-develop", "latest")) !== undefined);
    });

    it("keeps what is open, too new, among the newest, tagged otherwise, of no pull request, or deployed", async () => {
      await world.built("web-develop", "latest", await world.head("develop"));
      const open = await world.pull("develop");
      await world.built("web-develop", `pr-${String(open.number)}`, open.head);
      const tagged = await closed("web-develop");
      await world.registry.tag("kbase/web-develop", tagged.tag, "ci");
      const deployed = await closed("web-develop");
      await world.ask("POST /deployments", {
        ref: "develop",
        environment: "appdev",
        required_contexts: [],
        payload: { image: `${world.image("web-develop")}:appdev`, digest: deployed.digest },
      });
      await world.built("web-develop", "pr-999", open.head, { n: "no pull request" });
      const gone = await closed("web-develop");
      const tags = [`pr-${String(open.number)}`, tagged.tag, deployed.tag, "pr-999", "latest", "ci"];

      for (const keeping of [{ DAYS: "30" }, { KEEP: "1" }]) {
        assert.ok((await run(keeping)).ok);
        assert.equal(await world.digest("web-develop", gone.tag), gone.digest, JSON.stringify(keeping));
      }
      const { ok, log } = await run();
      assert.ok(ok, log);
      assert.equal(await world.digest("web-develop", gone.tag), undefined);
      for (const tag of tags) assert.ok((await world.digest("web-develop", tag)) !== undefined, tag);
    });

    it("keeps the five that each app last ran in an environment, however often others were deployed or tagged", async () => {
      await world.built("web-develop", "latest", await world.head("develop"));
      const all: Awaited<ReturnType<typeof closed>>[] = [];
      for (let count = 0; count < 9; count++) all.push(await closed("web-develop"));
      const [gone, , , , , , other, tagged, failed] = all;
      const name = world.image("web-develop");
      const deploy = async (
        of: (typeof all)[number] | undefined,
        app?: string,
        state?: string,
        image = `${name}:pr-1`,
      ) => {
        const { id } = z.looseObject({ id: z.number() }).parse(
          await world.ask("POST /deployments", {
            ref: "develop",
            environment: "appdev",
            task: app === undefined ? "retag" : "deploy",
            required_contexts: [],
            payload: { image, digest: of?.digest, app },
          }),
        );
        if (state !== undefined) await world.ask(`POST /deployments/${String(id)}/statuses`, { state });
      };
      for (const one of all.slice(0, 6)) await deploy(one, "web", "inactive");
      // Back and forth between two of them.
      for (let count = 0; count < 3; count++) for (const one of [all[4], all[5]]) await deploy(one, "web", "success");
      // By its digest alone, for another app that has the same image.
      await deploy(other, "worker", "success", `${name}@${other?.digest ?? ""}`);
      for (let count = 0; count < 6; count++) await deploy(tagged, undefined, "success");
      await deploy(failed, undefined, "failure");

      const { ok, log } = await run();
      assert.ok(ok, log);
      const left = await Promise.all(
        all.map(async ({ tag }) => (await world.digest("web-develop", tag)) !== undefined),
      );
      assert.deepEqual(
        left,
        all.map((one) => one !== gone),
      );
    });

    it("keeps the parts and attestations of what stays, and removes those of what goes", async () => {
      const part = await closed("web-develop");
      const index = await world.registry.index("kbase/web-develop", "latest", [part.digest]);
      const attestation = `sha256-${index.slice("sha256:".length)}`;
      await world.registry.image("kbase/web-develop", attestation, { n: "attestation of latest" });
      const gone = await closed("web-develop");
      const orphan = `sha256-${gone.digest.slice("sha256:".length)}`;
      await world.registry.image("kbase/web-develop", orphan, { n: "attestation of what goes" });
      const { ok, log } = await run();
      assert.ok(ok, log);
      assert.equal(await world.digest("web-develop", part.tag), part.digest);
      assert.ok((await world.digest("web-develop", attestation)) !== undefined);
      assert.equal(await world.digest("web-develop", gone.tag), undefined);
      assert.equal(await world.digest("web-develop", orphan), undefined);
    });

    it("has nothing to do where nothing was pushed, and keeps a package's last tagged version", async () => {
      const empty = await run();
      assert.ok(empty.ok, empty.log);
      const { tag } = await closed("web-develop");
      const { ok, summary, log } = await run();
      assert.ok(ok, log);
      assert.match(summary, /stays: You cannot delete the last tagged version/u);
      assert.ok((await world.digest("web-develop", tag)) !== undefined);
    });

    it("looks into the packages of both branches where there are both", async () => {
      for (const name of ["web", "web-develop"]) await world.built(name, "latest", await world.head("develop"));
      const both = [await closed("web"), await closed("web-develop")];
      assert.ok((await run({ RELEASE: "main" })).ok);
      assert.deepEqual(
        [await world.digest("web", both[0]?.tag ?? ""), await world.digest("web-develop", both[1]?.tag ?? "")],
        [undefined, undefined],
      );
    });

    it("removes nothing where deployments can't be read", async () => {
      await world.built("web-develop", "latest", await world.head("develop"));
      const { tag, digest } = await closed("web-develop");
      const { ok } = await world.run(
        ["clean-up", "clean-up", "Find and remove"],
        { packages: "write", "pull-requests": "read" },
        { DEVELOP: "develop", RELEASE: "", DAYS: "0", KEEP: "0", DELETE: "true", GITHUB_REPOSITORY: "kbase/none" },
      );
      assert.ok(!ok);
      assert.equal(await world.digest("web-develop", tag), digest);
    });
  });

  describe("the project's own", () => {
    it("preview is of the stacks whose files a pull request touches, of all where it touches the program", async () => {
      const touched = async (number: number) =>
        (await step("preview", "touched", "Stacks", { NUMBER: String(number), STACKS: "github appdev ci" })).outputs[
          "stacks"
        ];
      const pull = await world.pull("main");
      assert.equal(await touched(pull.number), "[]");
      const { head } = z
        .looseObject({ head: z.looseObject({ ref: z.string() }) })
        .parse(await world.ask(`GET /pulls/${String(pull.number)}`));
      const put = (file: string) =>
        world.ask(`PUT /contents/${file}`, {
          message: file,
          branch: head.ref,
          content: Buffer.from(file).toString("base64"),
        });
      await put("Pulumi.ci.yaml");
      assert.equal(await touched(pull.number), '["ci"]');
      await put("components/image.ts");
      assert.equal(await touched(pull.number), '["github","appdev","ci"]');
    });

    it("preview's comment is one, which is updated", async () => {
      const pull = await world.pull("main");
      const comment = (text: string) =>
        step("preview", "comment", "Comment", { NUMBER: String(pull.number), HEAD_SHA: pull.head, TEXT: text });
      const comments = async () =>
        Comments.parse(await world.ask(`GET /issues/${String(pull.number)}/comments`)).map(({ body }) => body);
      await world.ask(`POST /issues/${String(pull.number)}/comments`, { body: "<!-- drover: preview --> not ours" });
      for (const text of ["one", "two"]) {
        const { ok, log } = await comment(text);
        assert.ok(ok, log);
      }
      assert.deepEqual(await comments(), [
        "<!-- drover: preview --> not ours",
        `<!-- drover: preview -->\nOf ${pull.head}:\n\ntwo`,
      ]);
    });

    it("drift is one issue: opened, updated, closed when it is gone, and opened anew", async () => {
      const report = async (drift: boolean, text: string) => {
        const { ok, log } = await step("drift", "report", "Report", { DRIFT: String(drift), TEXT: text, RUN: "run" });
        assert.ok(ok, log);
      };
      const issues = async () =>
        Issues.parse(await world.ask("GET /issues?state=all")).map(
          ({ state, body }) => `${state} ${body?.split("\n").at(-1) ?? ""}`,
        );
      await report(false, "");
      assert.deepEqual(await issues(), []);
      await report(true, "one");
      await report(true, "two");
      assert.deepEqual(await issues(), ["open two"]);
      await report(false, "");
      assert.deepEqual(await issues(), ["closed two"]);
      await report(true, "three");
      assert.deepEqual(await issues(), ["open three", "closed two"]);
    });

    it("update stops where the branch has moved on", async () => {
      const head = await world.head("main");
      const guard = (sha: string) =>
        step("deploy", "appdev", "Only the newest", { GITHUB_REF_NAME: "main", GITHUB_SHA: sha });
      assert.ok((await guard(head)).ok);
      assert.ok(!(await guard("0".repeat(40))).ok);
    });
  });
});
