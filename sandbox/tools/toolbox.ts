import { existsSync } from "node:fs";

import { buildTool } from "./build.ts";
import { cachedExecutable } from "./cache.ts";
import { catalog } from "./catalog.ts";
import type { ToolName } from "./catalog.ts";
import { downloadTool } from "./download.ts";
import { onPath, recentOnPath } from "./find.ts";

/** Builds that run at a time: Go uses all cores by itself, but links and downloads on one. */
const parallelBuilds = 2;

/** Gets tools, each once: found on PATH, in the cache, downloaded, or built; in this order. */
export class Toolbox {
  readonly #say: (line: string) => void;
  readonly #wanted = new Map<ToolName, Promise<string>>();
  readonly #waiting: (() => void)[] = [];
  #building = 0;

  /** @param say gets a line about everything that takes long */
  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** The path of a tool's executable. */
  get(name: ToolName): Promise<string> {
    const wanted = this.#wanted.get(name) ?? this.#obtain(name);
    this.#wanted.set(name, wanted);
    return wanted;
  }

  /** Starts to get tools in the order given. A failure is reported by `get`, to whoever needs the tool. */
  prepare(names: readonly ToolName[]): void {
    const missing = names.filter((name) => !existsSync(cachedExecutable(name, catalog[name])));
    if (missing.length > 2) {
      const minutes = Math.ceil(missing.reduce((sum, name) => sum + catalog[name].build.seconds, 0) / 60);
      this.#say(
        `${String(missing.length)} tools are not there yet; if all must be built, that takes about ${String(minutes)} min, once`,
      );
    }
    for (const name of names) this.get(name).catch(() => undefined);
  }

  async #obtain(name: ToolName): Promise<string> {
    const tool = catalog[name];
    // Asked only where there is something to ask, so that nothing loses its place in the order.
    const found =
      tool.onPath && onPath(name).length > 0 && (await recentOnPath(name, tool.onPath.arguments, tool.onPath.minimum));
    if (typeof found === "string") return found;
    const executable = cachedExecutable(name, tool);
    if (existsSync(executable)) return executable;
    await this.#turn();
    try {
      const begin = Date.now();
      const took = () => `${String(Math.round((Date.now() - begin) / 1000))} s`;
      const reason = tool.download && (await downloadTool(tool.download, executable));
      if (tool.download !== undefined && reason === undefined) {
        this.#say(`${name} ${tool.version}: downloaded in ${took()}`);
        return executable;
      }
      this.#say(
        `${name} ${tool.version}: ${reason === undefined ? "" : `${reason}; `}building it from Go modules, about ${duration(tool.build.seconds)}`,
      );
      await buildTool(name, tool, executable);
      this.#say(`${name} ${tool.version}: built in ${took()}`);
      return executable;
    } finally {
      this.#next();
    }
  }

  /** Waits until fewer than `parallelBuilds` tools are being got. */
  async #turn(): Promise<void> {
    if (this.#building < parallelBuilds) {
      this.#building += 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Passes the turn on. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#building -= 1;
    else next();
  }
}

const duration = (seconds: number) =>
  seconds < 90 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`;
