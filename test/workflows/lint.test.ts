import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { execa } from "execa";

import { pythonTool } from "../../sandbox/tools/python-tools.ts";
import { Toolbox } from "../../sandbox/tools/toolbox.ts";
import { isRequired } from "./required.ts";
import { callers, projectWorkflows, workflowFolder } from "./workflow-files.ts";

/** The checkers of the workflow files, as they are and as onboarding writes them. */
describe("the workflow files", function () {
  // The checkers may have to be fetched first.
  this.timeout(300_000);
  let tools: Record<"actionlint" | "shellcheck" | "zizmor", string>;
  let folder: string;

  before(async function () {
    folder = mkdtempSync(path.join(tmpdir(), "drover-lint-"));
    const say = (line: string) => {
      console.log(`    ${line}`);
    };
    try {
      const [actionlint, shellcheck, zizmor] = await Promise.all([
        new Toolbox(say).get("actionlint"),
        pythonTool("shellcheck", say),
        pythonTool("zizmor", say),
      ]);
      tools = { actionlint, shellcheck, zizmor };
    } catch (error) {
      if (isRequired) throw error;
      console.log(`    THE WORKFLOWS ARE NOT LINTED: ${error instanceof Error ? error.message : ""}`);
      this.skip();
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A repository whose caller names the reusable workflows beside it, because actionlint can't look into another repository. */
  function repositoryOf(name: string, text: string): string {
    const repository = path.join(folder, name.replaceAll(/\W+/gu, "-"));
    const workflows = path.join(repository, ".github/workflows");
    mkdirSync(path.join(repository, ".git"), { recursive: true });
    cpSync(workflowFolder, workflows, { recursive: true });
    writeFileSync(
      path.join(workflows, "images.yml"),
      text.replaceAll(/uses: kbase\/drover\/(\S+)@\S+/gu, "uses: ./$1"),
    );
    return repository;
  }

  async function actionlint(repository: string, files: readonly string[]): Promise<string> {
    // pyflakes has nothing to read here, and which of them is on PATH must not matter.
    const { stdout, stderr } = await execa(
      tools.actionlint,
      ["-no-color", "-oneline", "-shellcheck", tools.shellcheck, "-pyflakes=", ...files],
      { cwd: repository, reject: false },
    );
    return `${stdout}${stderr}`;
  }

  async function zizmor(input: string): Promise<string> {
    const { stdout, stderr, exitCode } = await execa(
      tools.zizmor,
      ["--offline", "--no-config", "--pedantic", "--format", "plain", "--no-progress", "--quiet", input],
      { reject: false },
    );
    return exitCode === 0 ? "" : `${stdout}${stderr}`;
  }

  it("have nothing that actionlint and shellcheck find", async () => {
    const repository = repositoryOf("project", "on: push\njobs: {}\n");
    const files = projectWorkflows.map(({ name }) => `.github/workflows/${name}.yml`);
    assert.equal(await actionlint(repository, files), "");
  });

  it("have nothing that zizmor finds at its strictest", async () => {
    assert.equal(await zizmor(workflowFolder), "");
  });

  for (const { name, text } of callers) {
    it(`of a repository (${name}) pass to the called ones what these declare`, async () => {
      assert.equal(await actionlint(repositoryOf(name, text), [".github/workflows/images.yml"]), "");
    });

    it(`of a repository (${name}) have nothing that zizmor finds at its strictest`, async () => {
      const file = path.join(folder, `${name.replaceAll(/\W+/gu, "-")}.yml`);
      writeFileSync(file, text);
      assert.equal(await zizmor(file), "");
    });
  }

  it("are really read: a mistake in a script, an input and a grant is found", async () => {
    const broken = (callers[0]?.text ?? "").replace("develop: develop", "develope: develop");
    assert.match(await actionlint(repositoryOf("broken", broken), [".github/workflows/images.yml"]), /develope/u);
    const bad = path.join(folder, "bad.yml");
    writeFileSync(
      bad,
      "on: push\npermissions: write-all\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo ${{ github.head_ref }}\n",
    );
    assert.match(
      await zizmor(bad),
      /template-injection[^]*excessive-permissions|excessive-permissions[^]*template-injection/u,
    );
    const script = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo $HOME\n";
    assert.match(await actionlint(repositoryOf("script", script), [".github/workflows/images.yml"]), /SC2086/u);
  });
});
