import assert from "node:assert/strict";

import { parseLine, readable } from "../../../sandbox/actions/act/act-log.ts";
import { standInArguments } from "../../../sandbox/actions/act/stand-ins.ts";

describe("act's log", () => {
  it("is read line by line; what is no JSON is a message", () => {
    const line = { level: "info", msg: "done", job: "a/b/c  ", jobID: "c", jobResult: "success", matrix: {} };
    assert.equal(parseLine(JSON.stringify(line)).jobResult, "success");
    assert.deepEqual(parseLine("Error: Job 'bad' failed"), { level: "info", msg: "Error: Job 'bad' failed" });
    assert.equal(parseLine('{"level": 3}').msg, '{"level": 3}');
  });

  it("shows people what steps print and how jobs end, and not what act debugs", () => {
    const shown = (line: object) => readable(parseLine(JSON.stringify(line)));
    const job = { job: "call/Called/build  ", step: "Build" };
    assert.equal(
      shown({ ...job, level: "debug", raw_output: true, msg: "text\n" }),
      "[call/Called/build | Build] text",
    );
    assert.equal(shown({ level: "debug", jobResult: "skipped", msg: "Skipping", job: "a" }), "[a] Skipping");
    assert.equal(shown({ level: "error", msg: "exit status 1" }), "exit status 1");
    assert.equal(shown({ level: "debug", msg: "evaluating" }), undefined);
  });
});

describe("a stand-in for a third-party action", () => {
  const commit = "a".repeat(40);

  it("takes its place at whatever commit it is pinned", () => {
    const text = `steps:\n  - uses: actions/checkout@${commit} # v7\n  - { uses: "actions/checkout@v7" }\n`;
    const options = standInArguments([text, text]);
    assert.deepEqual(
      options.filter((_, index) => index % 2 === 0),
      ["--local-repository", "--local-repository"],
    );
    assert.match(options[1] ?? "", new RegExp(`^actions/checkout@${commit}=/.*/stand-ins/actions/checkout$`, "u"));
    assert.match(options[3] ?? "", /^actions\/checkout@v7=/u);
  });

  it("is for no action that has none, and for no reusable workflow", () =>
    assert.deepEqual(
      standInArguments([`uses: actions/other@${commit}\nuses: kbase/drover/.github/workflows/a.yml@${commit}\n`]),
      [],
    ));
});
