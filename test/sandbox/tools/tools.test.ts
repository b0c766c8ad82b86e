import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { downloadTool, isListed } from "../../../sandbox/tools/download.ts";
import { isAtLeast, onPath } from "../../../sandbox/tools/find.ts";
import { withServer } from "../../support/local-server.ts";

let folder = "";
describe("the sandbox's tools", () => {
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "drover-tools-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  describe("a version", () => {
    const cases: readonly [string, string, boolean][] = [
      ["3.250.0", "3.250.0", true],
      ["3.250.1", "3.250.0", true],
      ["3.249.9", "3.250.0", false],
      ["3.9.0", "3.10.0", false],
      ["4.0.0", "3.250.0", true],
      ["2.999.0", "3.0.0", false],
    ];
    for (const [version, minimum, expected] of cases)
      it(`${version} is ${expected ? "" : "not "}at least ${minimum}`, () =>
        assert.equal(isAtLeast(version, minimum), expected));
  });

  describe("a sums file", () => {
    const cases: readonly [string, string, boolean][] = [
      ["a digest alone", "abc\n", true],
      ["a line for the file", "def  other\nabc  tool.tar.gz\n", true],
      ["a line in binary mode", "abc *tool.tar.gz", true],
      ["a line with a folder", "abc  ./dist/tool.tar.gz", true],
      ["the digest of another file", "abc  other\n", false],
      ["another digest", "def  tool.tar.gz", false],
      ["nothing", "", false],
    ];
    for (const [what, sums, expected] of cases)
      it(`with ${what} ${expected ? "lists" : "does not list"} the file`, () =>
        assert.equal(isListed(sums, "tool.tar.gz", "abc"), expected));
  });

  describe("an executable on PATH", () => {
    it("is found in every folder in order, but not in a package's launchers or a sandbox, and only if it can run", () => {
      const at = (...names: string[]) => path.join(folder, ...names);
      for (const [place, mode] of [
        ["b", 0o755],
        ["a", 0o755],
        ["node_modules/.bin", 0o755],
        ["sandbox/bin", 0o755],
        ["plain", 0o644],
      ] as const) {
        mkdirSync(at(place), { recursive: true });
        writeFileSync(at(place, "tool"), "");
        chmodSync(at(place, "tool"), mode);
      }
      writeFileSync(at("sandbox", "settings.json"), "{}");
      mkdirSync(at("folder", "tool"), { recursive: true });
      const searched = ["node_modules/.bin", "sandbox/bin", "plain", "folder", "missing", "b", "a"].map((place) =>
        at(place),
      );
      assert.deepEqual(onPath("tool", ["", ...searched].join(path.delimiter)), [at("b", "tool"), at("a", "tool")]);
    });
  });

  describe("a download", () => {
    const bytes = "#!/bin/sh\n";
    const sum = createHash("sha256").update(bytes).digest("hex");
    const download = (sums: string, status = 200) =>
      withServer(
        (request, response) => {
          if (request.url === "/tool") response.writeHead(status).end(bytes);
          else response.end(sums);
        },
        async (host) => {
          const executable = path.join(folder, "out");
          const reason = await downloadTool({ url: `http://${host}/tool`, sums: `http://${host}/sums` }, executable);
          assert.deepEqual(readdirSync(folder), existsSync(executable) ? ["out"] : []);
          return { reason: reason?.replaceAll(host, "HOST"), executable };
        },
      );

    it("is there and can be run when its digest is listed", async () => {
      const { reason, executable } = await download(`${sum}  tool\n`);
      assert.equal(reason, undefined);
      assert.equal(readFileSync(executable, "utf8"), bytes);
      assert.equal(statSync(executable).mode & 0o777, 0o755);
    });
    it("is thrown away when its digest is another", async () => {
      const { reason, executable } = await download(`${"0".repeat(64)}  tool\n`);
      assert.equal(reason, "http://HOST/tool is not what http://HOST/sums says");
      assert.equal(existsSync(executable), false);
    });
    it("says so when it is not there", async () => {
      const { reason, executable } = await download(sum, 404);
      assert.equal(reason, "HOST can't be used: http://HOST/tool answers 404");
      assert.equal(existsSync(executable), false);
    });
  });
});
