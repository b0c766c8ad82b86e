import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { readConfig } from "../../../sandbox/rancher/config.ts";
import { roles } from "../../../sandbox/rancher/install.ts";
import { logLine } from "../../../sandbox/rancher/server.ts";
import { config } from "./support.ts";

describe("the config of the Rancher front", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "drover-config-"));
  const file = path.join(folder, "config.json");
  const read = (value: unknown) => {
    writeFileSync(file, JSON.stringify(value));
    return readConfig(file);
  };
  after(() => rmSync(folder, { recursive: true }));

  it("is read as it is written", () => assert.deepEqual(read(config), config));
  it("names every wrong key at once and shows no token", () => {
    assert.throws(
      () => read({ ...config, port: 0, tokens: { deployer: "verysecret", reader: "a:b" }, more: 1 }),
      ({ message }: Error) => {
        for (const word of ["port", "tokens.deployer", "more"]) assert.ok(message.includes(word), word);
        return !message.includes("verysecret");
      },
    );
  });
});

describe("the rights of a reader", () => {
  it("are reading, and never of secrets", () => {
    const rules = roles.flatMap((role) => role.rules ?? []);
    assert.deepEqual([...new Set(rules.flatMap(({ verbs }) => verbs))].sort(), ["get", "list", "watch"]);
    assert.ok(
      rules.every(
        ({ resources = [], apiGroups = [] }) =>
          ![...resources, ...apiGroups].includes("*") && !resources.includes("secrets"),
      ),
    );
  });
});

describe("a log line", () => {
  it("has method, path, status and time, and no query", () =>
    assert.equal(logLine("GET", "/v3/x?token=secret", 200, 3.4), "GET /v3/x 200 3 ms"));
});
