import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";
import * as z from "zod";

import { ScriptWorld } from "../workflows/script-world.ts";
import { calledWorkflowOf } from "../workflows/workflow-files.ts";

const Pull = z.looseObject({ head: z.looseObject({ ref: z.string() }) });
const Tag = z.looseObject({ sha: z.string() });

const grantsOf = (workflow: string, job: string): Record<string, "read" | "write"> => {
  const { permissions } = calledWorkflowOf(workflow).content.jobs[job] ?? {};
  const given = typeof permissions === "object" ? Object.entries(permissions) : [];
  return Object.fromEntries(given.flatMap(([scope, level]) => (level === "none" ? [] : [[scope, level]])));
};

describe("the scripts that move images, with a real registry and no engine that could build", function () {
  this.timeout(300_000);
  let world: ScriptWorld;
  before(async () => {
    world = await ScriptWorld.start();
  });
  after(() => world.close());

  const short = (commit: string) => `sha-${commit.slice(0, 12)}`;
  const step = (workflow: string, job: string, name: string, environment: Readonly<Record<string, string>>) =>
    world.run([workflow, job, name], grantsOf(workflow, job), environment);
  const images = (name: string, digest: string | undefined) => JSON.stringify([{ name: world.image(name), digest }]);

  for (const [what, workflow, job] of [
    ["a pull request", "pull-request", "build"],
    ["what was merged", "merge", "merge"],
  ] as const)
    describe(`the build of ${what}`, () => {
      const at = "2026-03-04T05:06:07Z";
      /** A repository with one commit of a known time. */
      const commit = async (folder: string) => {
        const env = { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at, HOME: folder };
        const git = (...args: string[]) =>
          execa("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd: folder, env });
        writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\n");
        await git("init", "--quiet");
        await git("add", ".");
        await git("commit", "--quiet", "--message", "First");
      };
      const build = async (images: unknown, environment: Readonly<Record<string, string>> = {}) => {
        let head = "";
        let tree = "";
        const done = await world.run(
          [workflow, job, "Build and test"],
          {},
          {
            IMAGES: JSON.stringify(images),
            SUFFIX: "-develop",
            TAG: "pr-7",
            PULL_REQUEST: "7",
            BRANCH: "a b",
            BUILD_SECRETS: "",
            ...environment,
          },
          async (folder) => {
            await commit(folder);
            const { stdout } = await execa("git", ["log", "-1", "--format=%H %T"], { cwd: folder });
            [head = "", tree = ""] = stdout.split(" ");
          },
        );
        return { ...done, head, tree };
      };
      const after = (args: readonly string[] | undefined, option: string) =>
        (args ?? []).flatMap((one, index) => (args?.[index - 1] === option ? [one] : []));

      it("makes one image with its labels, and with the arguments that older Dockerfiles take", async () => {
        const { ok, log, docker, head, tree } = await build([{ name: "web" }]);
        assert.ok(ok, log);
        const [args, ...others] = docker;
        assert.deepEqual(others, []);
        const image = `${world.image("web-develop")}:pr-7`;
        assert.deepEqual(args?.slice(0, 7), [
          ...[
            "buildx",
            "build",
            "--provenance=false",
            "--output",
            "type=docker,rewrite-timestamp=true",
            "--tag",
            image,
          ],
        ]);
        assert.deepEqual(after(args, "--file"), ["./Dockerfile"]);
        assert.equal(args.at(-1), ".");
        assert.deepEqual(after(args, "--label"), [
          `org.opencontainers.image.source=${world.github.origin}/kbase/web`,
          `org.opencontainers.image.revision=${head}`,
          `org.opencontainers.image.created=${at}`,
          "org.opencontainers.image.version=pr-7",
          `drover.tree=${tree}`,
          "drover.pull-request=7",
        ]);
        assert.deepEqual(after(args, "--build-arg"), [
          ...[`VCS_REF=${head}`, `COMMIT=${head}`, `BUILD_DATE=${at}`, "BRANCH=a b", "TAG=pr-7", "VERSION=pr-7"],
          ...["PULL_REQUEST=7", `SOURCE_DATE_EPOCH=${String(Date.parse(at) / 1000)}`],
        ]);
        assert.deepEqual([after(args, "--target"), after(args, "--secret")], [[], []]);
      });

      it("does as the entry says, tests what it built without a network, and gives secrets as files", async () => {
        const { ok, log, docker } = await build(
          [
            { name: "web", context: "app", target: "last", test: "echo 'x' && true", arguments: { A: "1 2", B: "$x" } },
            { name: "extra", dockerfile: "other/Dockerfile" },
          ],
          { BUILD_SECRETS: '{"TOKEN":"t","OTHER":"o"}', PULL_REQUEST: "" },
        );
        assert.ok(ok, log);
        const [web, test, extra] = docker;
        assert.deepEqual(
          [after(web, "--file"), after(web, "--target"), web?.at(-1)],
          [["app/Dockerfile"], ["last"], "app"],
        );
        assert.deepEqual(after(web, "--build-arg").slice(-2), ["A=1 2", "B=$x"]);
        assert.match(after(web, "--secret").join(" "), /^id=OTHER,src=\S+\/OTHER id=TOKEN,src=\S+\/TOKEN$/u);
        assert.ok(!after(web, "--label").some((label) => label.startsWith("drover.pull-request")));
        assert.deepEqual(test, [
          ...["run", "--rm", "--network", "none", "--entrypoint", "sh", `${world.image("web-develop")}:pr-7`, "-c"],
          "echo 'x' && true",
        ]);
        assert.deepEqual([after(extra, "--file"), extra?.at(-1)], [["other/Dockerfile"], "."]);
        assert.ok(extra?.includes(`${world.image("extra-develop")}:pr-7`));
      });

      it("fails where the build or the test does, and builds nothing more", async () => {
        const { ok, docker } = await build([{ name: "web" }, { name: "extra" }], { DOCKER_EXIT: "1" });
        assert.deepEqual([ok, docker.length], [false, 1]);
      });

      it("uses the builder that the runner names, and one of its own where it names none", async () => {
        const start = (environment: Readonly<Record<string, string>>) =>
          step(workflow, job, "Start BuildKit", environment);
        const named = await start({ BUILDX_BUILDER: "theirs" });
        assert.deepEqual([named.ok, named.log], [true, "The runner's own builder: theirs"]);
        assert.deepEqual(named.docker, []);
        const made = await start({});
        assert.deepEqual([made.ok, made.docker.length], [true, 1]);
        assert.deepEqual(after(made.docker[0], "--driver"), ["docker-container"]);
        assert.match(
          after(made.docker[0], "--driver-opt").join(" "),
          /^image=moby\/buildkit:\S+@sha256:[0-9a-f]{64}$/u,
        );
      });
    });

  describe("push of a pull request's image", () => {
    const push = (pull: { number: number; head: string }, suffix = "-develop") =>
      step("pull-request", "build", "Push", {
        SUFFIX: suffix,
        TAG: `pr-${String(pull.number)}`,
        PULL_REQUEST: String(pull.number),
        HEAD_SHA: pull.head,
        BRANCH: "feature",
        FIRST: "web",
      });

    it("gives it pr-N and the tag of its commit, says its digest, and how to deploy it", async () => {
      const pull = await world.pull("develop");
      const digest = await world.built("web-develop", "built", pull.head);
      const { ok, outputs, summary, log } = await push(pull);
      assert.ok(ok, log);
      const tag = `pr-${String(pull.number)}`;
      assert.equal(await world.digest("web-develop", tag), digest);
      assert.equal(await world.digest("web-develop", short(pull.head)), digest);
      assert.equal(outputs["built"], images("web-develop", digest));
      for (const part of [tag, digest, pull.head, `pulumi config set --stack appdev image web-develop:${tag} &&`])
        assert.ok(summary.includes(part), part);
    });

    it("moves pr-N at a rebuild, but never the tag of the commit", async () => {
      const pull = await world.pull("develop");
      const first = await world.built("web-develop", "built", pull.head);
      await push(pull);
      const second = await world.built("web-develop", "built", pull.head, { again: "yes" });
      assert.ok((await push(pull)).ok);
      assert.equal(await world.digest("web-develop", `pr-${String(pull.number)}`), second);
      assert.equal(await world.digest("web-develop", short(pull.head)), first);
    });

    it("says why the registry refused, and what to do", async () => {
      const pull = await world.pull("develop");
      const { ok, log, outputs } = await step("pull-request", "build", "Push", {
        ...{ IMAGES: '[{"name":"never-built"}]', SUFFIX: "", TAG: `pr-${String(pull.number)}`, FIRST: "never-built" },
        ...{ PULL_REQUEST: String(pull.number), HEAD_SHA: pull.head, BRANCH: "feature" },
      });
      assert.deepEqual([ok, outputs], [false, {}]);
      assert.match(log, /^::error title=not pushed::\S+never-built:pr-\d+: denied: .*Manage Actions access\.$/mu);
    });

    const moved: readonly [string, (number: number) => Promise<unknown>][] = [
      [
        "has a newer commit",
        async (number) => {
          const { head } = Pull.parse(await world.ask(`GET /pulls/${String(number)}`));
          return world.commit(head.ref);
        },
      ],
      ["was closed", (number) => world.ask(`PATCH /pulls/${String(number)}`, { state: "closed" })],
    ];
    for (const [what, happen] of moved)
      it(`pushes nothing where the pull request ${what} meanwhile`, async () => {
        const pull = await world.pull("develop");
        await world.built("web-develop", "built", pull.head);
        await happen(pull.number);
        const { ok, log } = await push(pull);
        assert.ok(!ok);
        assert.match(log, /::error::.*moved on/u);
        assert.equal(await world.digest("web-develop", `pr-${String(pull.number)}`), undefined);
      });

    it("pushes nothing where it is a draft, and pushes where it was merged", async () => {
      const draft = await world.pull("develop", { draft: true });
      await world.built("web-develop", "built", draft.head);
      assert.ok(!(await push(draft)).ok);
      assert.equal(await world.digest("web-develop", `pr-${String(draft.number)}`), undefined);
      const merged = await world.pull("develop");
      await world.merge(merged.number);
      assert.ok((await push(merged)).ok);
    });
  });

  describe("a merge into develop", () => {
    const find = (commit: string) =>
      step("merge", "merge", "Find what was tested", { SUFFIX: "-develop", BRANCH: "develop", GITHUB_SHA: commit });
    const move = (commit: string, digests = "", tag = "latest") =>
      step("merge", "merge", "Move the tag", {
        GITHUB_SHA: commit,
        GITHUB_REF_NAME: "develop",
        DIGESTS: digests,
        TAG: tag,
        HOW: "retagged as it was tested",
        SUFFIX: "-develop",
        FIRST: "web",
      });

    it("says of two images how each is deployed, the second by a key of its own", async () => {
      const commit = await world.commit("develop");
      const built = await Promise.all(
        ["web-develop", "extra-develop"].map(async (name) => ({
          name: world.image(name),
          digest: await world.built(name, "built", commit),
        })),
      );
      const { ok, log, summary } = await move(commit, JSON.stringify(built));
      assert.ok(ok, log);
      for (const part of ["appdev image web-develop:latest &&", "appdev --path images.extra extra-develop:latest &&"])
        assert.ok(summary.includes(part), summary);
    });

    it("takes the tested digest where the trees are equal, and moves latest to it", async () => {
      const pull = await world.pull("develop");
      const digest = await world.built("web-develop", `pr-${String(pull.number)}`, pull.head);
      const merged = await world.merge(pull.number);
      const { ok, outputs, log } = await find(merged);
      assert.ok(ok, log);
      assert.deepEqual(outputs, { "pull-request": String(pull.number), images: images("web-develop", digest) });
      const done = await move(merged, outputs["images"]);
      assert.ok(done.ok, done.log);
      assert.equal(await world.digest("web-develop", "latest"), digest);
      assert.equal(await world.digest("web-develop", short(merged)), digest);
      assert.ok(done.summary.includes("image web-develop:latest && pulumi up"));
    });

    it("builds where the trees differ, where nothing was tested, and where there was no pull request", async () => {
      const pull = await world.pull("develop");
      await world.built("web-develop", `pr-${String(pull.number)}`, pull.head);
      await world.commit("develop");
      const merged = await world.merge(pull.number);
      assert.deepEqual((await find(merged)).outputs, { "pull-request": String(pull.number), images: "" });
      const untested = await world.pull("develop");
      assert.equal((await find(await world.merge(untested.number))).outputs["images"], "");
      const direct = await find(await world.commit("develop"));
      assert.deepEqual([direct.ok, direct.outputs], [true, { "pull-request": "", images: "" }]);
    });

    it("builds where only one of two images was tested", async () => {
      const pull = await world.pull("develop");
      await world.built("web-develop", `pr-${String(pull.number)}`, pull.head);
      const merged = await world.merge(pull.number);
      const { outputs } = await step("merge", "merge", "Find what was tested", {
        SUFFIX: "-develop",
        BRANCH: "develop",
        GITHUB_SHA: merged,
        IMAGES: '[{"name":"web"},{"name":"extra"}]',
      });
      assert.equal(outputs["images"], "");
    });

    it("takes what an earlier attempt built", async () => {
      const commit = await world.commit("develop");
      const digest = await world.built("web-develop", short(commit), commit);
      assert.equal((await find(commit)).outputs["images"], images("web-develop", digest));
    });

    it("leaves latest where the branch has moved on, and keeps what was merged by its commit", async () => {
      const old = await world.commit("develop");
      const before = await world.digest("web-develop", "latest");
      const digest = await world.built("web-develop", "other", old, { n: "1" });
      await world.commit("develop");
      const { ok, log } = await move(old, images("web-develop", digest));
      assert.ok(ok, log);
      assert.match(log, /::notice::develop has moved on/u);
      assert.equal(await world.digest("web-develop", "latest"), before);
      assert.equal(await world.digest("web-develop", short(old)), digest);
    });

    it("never writes the tag of a commit twice", async () => {
      const commit = await world.commit("develop");
      const first = await world.built("web-develop", short(commit), commit);
      const second = await world.built("web-develop", "other", commit, { n: "2" });
      assert.ok((await move(commit, images("web-develop", second))).ok);
      assert.equal(await world.digest("web-develop", short(commit)), first);
      assert.equal(await world.digest("web-develop", "latest"), second);
    });

    it("pushes what was built under the tag of its commit, unless an earlier attempt did", async () => {
      const commit = await world.commit("develop");
      const digest = await world.built("web-develop", "built", commit, { n: "3" });
      const push = () => step("merge", "merge", "Push", { SUFFIX: "-develop", TAG: short(commit) });
      assert.equal((await push()).outputs["images"], images("web-develop", digest));
      await world.built("web-develop", "built", commit, { n: "4" });
      assert.equal((await push()).outputs["images"], images("web-develop", digest));
    });

    it("fails, and changes nothing, where the registry does not answer", async () => {
      const commit = await world.commit("develop");
      const { ok, outputs } = await step("merge", "merge", "Find what was tested", {
        SUFFIX: "-develop",
        BRANCH: "develop",
        GITHUB_SHA: commit,
        REGISTRY: "127.0.0.1:9",
      });
      assert.ok(!ok);
      assert.equal(outputs["images"], undefined);
    });
  });

  describe("a merge of the release pull request", () => {
    const find = (commit: string) =>
      step("merge", "promote", "Find the release candidate", { SUFFIX: "", BRANCH: "main", GITHUB_SHA: commit });

    it("takes the release candidate's digest", async () => {
      await world.commit("develop");
      const pull = await world.pull("main", { head: "develop" });
      const digest = await world.built("web", `pr-${String(pull.number)}`, pull.head);
      const merged = await world.merge(pull.number);
      const { ok, outputs, log } = await find(merged);
      assert.ok(ok, log);
      assert.equal(outputs["images"], images("web", digest));
      const done = await step("merge", "promote", "Move the tag", {
        GITHUB_SHA: merged,
        GITHUB_REF_NAME: "main",
        DIGESTS: outputs["images"] ?? "",
        TAG: "latest-rc",
        HOW: "retagged as it was tested",
        SUFFIX: "",
        FIRST: "web",
      });
      assert.ok(done.ok, done.log);
      assert.equal(await world.digest("web", "latest-rc"), digest);
      assert.equal(await world.digest("web", short(merged)), digest);
      assert.equal(await world.digest("web", "latest"), undefined);
    });

    it("refuses one that was not built, was built from another commit, or lacks what the branch has, and says the way out", async () => {
      await world.commit("develop");
      const missing = await world.pull("main", { head: "develop" });
      const merged = await world.merge(missing.number);
      const first = await find(merged);
      assert.deepEqual([first.ok, first.outputs], [false, {}]);
      assert.match(first.summary, /There is no release candidate .*run this job again/u);

      await world.built("web", `pr-${String(missing.number)}`, await world.head("main"));
      const second = await find(merged);
      assert.deepEqual([second.ok, second.outputs], [false, {}]);
      assert.match(second.summary, /was built from .*, but .* was merged/u);

      const pull = await world.pull("main", { from: "develop" });
      await world.built("web", `pr-${String(pull.number)}`, pull.head);
      await world.commit("main");
      const third = await find(await world.merge(pull.number));
      assert.deepEqual([third.ok, third.outputs], [false, {}]);
      assert.match(third.summary, /main has changes that .* Open a pull request/u);
    });

    it("leaves everything where a push came without a pull request", async () => {
      const { ok, outputs, log } = await find(await world.commit("main"));
      assert.deepEqual([ok, outputs], [true, {}]);
      assert.match(log, /::warning::/u);
    });
  });

  describe("the comparison with the release branch", () => {
    it("passes where the merged tree is the head's, and refuses where the branch has what the head lacks", async () => {
      const { number, head } = await world.pull("main");
      const compare = async () =>
        step("pull-request", "build", "Compare with the release branch", {
          HEAD_SHA: head,
          GITHUB_SHA: z
            .looseObject({ merge_commit_sha: z.string() })
            .parse(await world.ask(`GET /pulls/${String(number)}`)).merge_commit_sha,
          BASE: "main",
          BRANCH: "fix",
        });
      const same = await compare();
      assert.deepEqual([same.ok, same.summary], [true, ""], same.log);
      await world.commit("main");
      const { ok, log, summary } = await compare();
      assert.ok(!ok);
      assert.match(log, /::error title=no release candidate::main has changes that fix lacks/u);
      assert.match(summary, /Merge main into fix/u);
    });
  });

  describe("a release", () => {
    const version = (tag: string) =>
      step("release", "version", "Give the version", { RELEASE: tag, BRANCH: "main", FIRST: "web" });
    const two = '[{"name":"web"},{"name":"extra"}]';
    const latest = () => step("release", "latest", "Move latest", {});
    const publish = async (tag: string, commit: string, more: object = {}) =>
      world.ask("POST /releases", { tag_name: tag, target_commitish: commit, ...more });

    it("gives its version to what was merged, once, and latest to GitHub's latest release", async () => {
      const commit = await world.commit("main");
      const digest = await world.built("web", short(commit), commit);
      await publish("1.4.2", commit);
      const { ok, log, summary } = await version("1.4.2");
      assert.ok(ok, log);
      assert.equal(await world.digest("web", "1.4.2"), digest);
      assert.ok(summary.includes("image web:1.4.2 && pulumi up --stack prod"));
      assert.ok((await version("1.4.2")).ok);
      assert.ok((await latest()).ok);
      assert.equal(await world.digest("web", "latest"), digest);
    });

    it("takes a v before the version, and an annotated tag", async () => {
      const commit = await world.commit("main");
      const digest = await world.built("web", short(commit), commit);
      const tag = Tag.parse(
        await world.ask("POST /git/tags", { tag: "v1.5.0", message: "Version 1.5.0", object: commit, type: "commit" }),
      );
      await world.ask("POST /git/refs", { ref: "refs/tags/v1.5.0", sha: tag.sha });
      await publish("v1.5.0", commit);
      const { ok, log } = await version("v1.5.0");
      assert.ok(ok, log);
      assert.equal(await world.digest("web", "1.5.0"), digest);
    });

    it("never overwrites a version", async () => {
      const commit = await world.commit("main");
      await world.built("web", short(commit), commit);
      const other = await world.built("web", "2.0.0", commit, { n: "other" });
      await publish("2.0.0", commit);
      const { ok, summary } = await version("2.0.0");
      assert.ok(!ok);
      assert.match(summary, /2\.0\.0 exists already with the digest .*written once/u);
      assert.equal(await world.digest("web", "2.0.0"), other);
    });

    it("writes no version where one of two images is missing", async () => {
      const commit = await world.commit("main");
      await world.built("web", short(commit), commit);
      await publish("2.1.0", commit);
      const { ok } = await step("release", "version", "Give the version", {
        RELEASE: "2.1.0",
        BRANCH: "main",
        IMAGES: two,
        FIRST: "web",
      });
      assert.ok(!ok);
      assert.equal(await world.digest("web", "2.1.0"), undefined);
    });

    it("says of two images how each is deployed, the second by a key of its own", async () => {
      const commit = await world.commit("main");
      for (const name of ["web", "extra"]) await world.built(name, short(commit), commit);
      await publish("2.2.0", commit);
      const settings = { RELEASE: "2.2.0", BRANCH: "main", IMAGES: two, FIRST: "web" };
      const { ok, log, summary } = await step("release", "version", "Give the version", settings);
      assert.ok(ok, log);
      for (const part of ["--stack prod image web:2.2.0 &&", "--stack prod --path images.extra extra:2.2.0 &&"])
        assert.ok(summary.includes(part), summary);
    });

    it("gives no version to what was built for a pull request, although its commit is in the branch once that is merged", async () => {
      const pull = await world.pull("main");
      const candidate = { "org.opencontainers.image.version": `pr-${String(pull.number)}` };
      const digest = await world.built("web", short(pull.head), pull.head, candidate);
      const merged = await world.merge(pull.number);
      await publish("5.0.0", pull.head);
      const { ok, summary } = await version("5.0.0");
      assert.ok(!ok);
      assert.match(summary, /the head of a pull request into main and not what it was merged as/u);
      assert.equal(await world.digest("web", "5.0.0"), undefined);
      await world.built("web", short(merged), pull.head, candidate);
      await publish("5.0.1", merged);
      assert.ok((await version("5.0.1")).ok);
      assert.equal(await world.digest("web", "5.0.1"), digest);
    });

    it("refuses tags that are no versions, and commits that were not merged into the release branch or have no image", async () => {
      const commit = await world.commit("main");
      for (const tag of ["nightly", "1.4", "1.04.2", "1.4.2.1"]) {
        const { ok, summary } = await version(tag);
        assert.ok(!ok, tag);
        assert.match(summary, /must be a version/u);
      }
      const develop = await world.commit("develop");
      await world.built("web", short(develop), develop);
      await publish("3.0.0", develop);
      const elsewhere = await version("3.0.0");
      assert.ok(!elsewhere.ok);
      assert.match(elsewhere.summary, /which is not in main/u);
      await publish("3.1.0", commit);
      const unbuilt = await version("3.1.0");
      assert.ok(!unbuilt.ok);
      assert.match(unbuilt.summary, /There is no image/u);
      for (const tag of ["3.0.0", "3.1.0"]) assert.equal(await world.digest("web", tag), undefined);
    });

    it("of an older line leaves latest at the latest, and so does an old run that runs again", async () => {
      const commit = await world.commit("main");
      const digest = await world.built("web", short(commit), commit);
      await publish("4.0.0", commit, { make_latest: "true" });
      assert.ok((await version("4.0.0")).ok);
      assert.ok((await latest()).ok);
      const patch = await world.commit("main");
      await world.built("web", short(patch), patch);
      await publish("1.4.3", patch, { make_latest: "false" });
      await version("1.4.3");
      const { ok, log } = await latest();
      assert.ok(ok, log);
      assert.equal(await world.digest("web", "latest"), digest);
    });
  });
});
