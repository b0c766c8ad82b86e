import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { findCommand } from "../../../sandbox/cluster/commands.ts";
import { engineEnvironment } from "../../../sandbox/engine/environment.ts";
import { quoted } from "../../../sandbox/engine/launcher.ts";
import { openLayout } from "../../../sandbox/world/layout.ts";
import type { Layout } from "../../../sandbox/world/layout.ts";
import {
  endOrphans,
  logFile,
  runningPid,
  startServer,
  startedServers,
  stopServer,
} from "../../../sandbox/world/processes.ts";
import { openSettings } from "../../../sandbox/world/settings.ts";
import { unusedHost } from "../../support/local-server.ts";

let layout: Layout;
describe("the sandbox's folder", () => {
  beforeEach(() => (layout = openLayout(mkdtempSync(path.join(tmpdir(), "drover-world-")))));
  afterEach(() => rmSync(layout.root, { recursive: true, force: true }));

  describe("a server of the sandbox", () => {
    it("starts, is the same one when it is started again, and ends", async () => {
      const host = await unusedHost();
      const script = `require("node:http").createServer((q, a) => a.end("ok")).listen(${host.split(":")[1] ?? ""}, "127.0.0.1")`;
      const spec = {
        name: "x",
        command: process.execPath,
        args: ["-e", script],
        ready: async () => (await fetch(`http://${host}`)).ok,
      };
      try {
        await startServer(layout, spec);
        const pid = runningPid(layout, "x");
        assert.ok(pid !== undefined);
        await startServer(layout, spec);
        assert.equal(runningPid(layout, "x"), pid);
        assert.deepEqual(startedServers(layout), ["x"]);
      } finally {
        await stopServer(layout, "x");
      }
      assert.equal(runningPid(layout, "x"), undefined);
      assert.deepEqual(startedServers(layout), []);
    });
    it("that ends early is an error with the end of its log", () => {
      const spec = {
        name: "x",
        command: process.execPath,
        args: ["-e", 'console.log("no such thing")'],
        ready: () => Promise.resolve(false),
      };
      return assert.rejects(startServer(layout, spec), {
        message: `x ended before it was ready; its log ${logFile(layout, "x")} ends with:\nno such thing`,
      });
    });
    it("may leave plugins behind when it is killed, which end with the sandbox, and no others do", async () => {
      const plugin = path.join(layout.pulumiHome, "plugin");
      symlinkSync(findCommand("sleep") ?? "", plugin);
      const [orphan, other] = [spawn(plugin, ["60"]), spawn("sleep", ["60"])];
      const ended = once(orphan, "exit");
      await Promise.all([once(orphan, "spawn"), once(other, "spawn")]);
      endOrphans(layout);
      assert.deepEqual(await ended, [null, "SIGTERM"]);
      assert.equal(other.exitCode, null);
      assert.equal(other.kill(), true);
    });
    it("is not another process that got its number", async () => {
      writeFileSync(path.join(layout.run, "x.json"), JSON.stringify({ pid: process.pid, started: "1" }));
      assert.equal(runningPid(layout, "x"), undefined);
      await stopServer(layout, "x");
      assert.deepEqual(startedServers(layout), []);
    });
  });

  describe("a sandbox's settings", () => {
    it("are made up once, with a port for each server, for the owner alone", async () => {
      const settings = await openSettings(layout);
      const ports = Object.values(settings.ports);
      assert.equal(new Set(ports).size, ports.length);
      assert.equal(statSync(path.join(layout.root, "settings.json")).mode & 0o777, 0o600);
      assert.deepEqual(await openSettings(layout), settings);
    });
    it("of an older sandbox keep what they have and get what they lack", async () => {
      const settings = await openSettings(layout);
      const { github, ...ports } = settings.ports;
      const { githubTokens, ...older } = settings;
      writeFileSync(path.join(layout.root, "settings.json"), JSON.stringify({ ...older, ports }));
      const opened = await openSettings(layout);
      assert.deepEqual({ ...opened, ports: { ...opened.ports, github }, githubTokens }, settings);
      assert.equal(Object.values(ports).includes(opened.ports.github), false);
      assert.match(opened.githubTokens.admin, /^ghp_[0-9a-f]{36}$/);
      assert.deepEqual(await openSettings(layout), opened);
    });
  });

  describe("the engine's environment", () => {
    it("holds no secret and is the same when it is applied twice", async () => {
      const { tokens, registryAccount, passphrase } = await openSettings(layout);
      const once = engineEnvironment(layout, "/a:/b");
      assert.equal(once["PATH"], `${layout.bin}:/a:/b`);
      assert.deepEqual(engineEnvironment(layout, once["PATH"]), once);
      for (const secret of [tokens.deployer, tokens.reader, registryAccount.password, passphrase])
        assert.equal(JSON.stringify(once).includes(secret), false);
    });
  });

  describe("a word for the shell", () => {
    for (const [text, word] of [
      ["a b", "'a b'"],
      ["it's", "'it'\\''s'"],
      ["$x `y`", "'$x `y`'"],
      ["", "''"],
    ] as const)
      it(`is ${word}`, () => assert.equal(quoted(text), word));
  });
});
