import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";

import { gitEnvironment } from "./run.ts";

/** Types of git objects. */
export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** A git object's name, type and size in bytes. */
export interface ObjectInfo {
  readonly sha: string;
  readonly type: ObjectType;
  readonly size: number;
}

/** A git object. */
export interface GitObject extends ObjectInfo {
  readonly content: Buffer;
}

interface Question {
  readonly wantsContent: boolean;
  readonly resolve: (answer: GitObject | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Reads objects of one repository through one `git cat-file --batch-command` process, which starts when it is needed
 * and ends after some idle seconds: a read costs no process.
 */
export class ObjectReader {
  readonly #folder: string;
  readonly #idleMilliseconds: number;
  readonly #questions: Question[] = [];
  #process: ChildProcessWithoutNullStreams | undefined;
  #received: Buffer[] = [];
  #length = 0;
  #needed = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(folder: string, idleSeconds = 5) {
    this.#folder = folder;
    this.#idleMilliseconds = idleSeconds * 1000;
  }

  /** An object by any of git's names for it (`sha`, `sha:path`, `sha^{tree}`); undefined where there is none. */
  read(name: string): Promise<GitObject | undefined> {
    return this.#ask("contents", name);
  }

  /** The same without content. */
  async info(name: string): Promise<ObjectInfo | undefined> {
    return this.#ask("info", name);
  }

  /** Ends the process. */
  close(): void {
    clearTimeout(this.#idle);
    this.#process?.stdin.end();
    this.#process = undefined;
  }

  #ask(command: "contents" | "info", name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/u.test(name)) return Promise.resolve(undefined);
    clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      this.#questions.push({ wantsContent: command === "contents", resolve, reject });
      this.#running().stdin.write(`${command} ${name}\n`);
    });
  }

  #running(): ChildProcessWithoutNullStreams {
    if (this.#process !== undefined) return this.#process;
    const child = spawn("git", [`--git-dir=${this.#folder}`, "cat-file", "--batch-command"], {
      env: gitEnvironment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#process = child;
    this.#received = [];
    this.#length = this.#needed = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      if (this.#process !== child) return;
      this.#received.push(chunk);
      this.#length += chunk.length;
      if (this.#length >= this.#needed) this.#answer();
    });
    const fail = (error: Error) => {
      if (this.#process !== child) return;
      this.#process = undefined;
      for (const { reject } of this.#questions.splice(0)) reject(error);
    };
    child.stdin.on("error", fail);
    child.once("error", fail);
    child.once("close", (code) => fail(new Error(`git cat-file ended with ${String(code)}`)));
    return child;
  }

  /** Takes whole answers off what was received: `sha type size\n`, then with `contents` the bytes and `\n`; or `name missing\n`. */
  #answer(): void {
    let data = Buffer.concat(this.#received);
    this.#needed = 0;
    for (let question = this.#questions[0]; question !== undefined; question = this.#questions[0]) {
      const end = data.indexOf(0x0a);
      if (end === -1) break;
      const found = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/u.exec(data.subarray(0, end).toString("utf8"));
      const size = Number(found?.[3] ?? 0);
      const length = end + 1 + (found !== null && question.wantsContent ? size + 1 : 0);
      if (data.length < length) {
        this.#needed = length;
        break;
      }
      const content = question.wantsContent ? Buffer.from(data.subarray(end + 1, end + 1 + size)) : Buffer.alloc(0);
      data = data.subarray(length);
      this.#questions.shift();
      question.resolve(
        found === null ? undefined : { sha: found[1] ?? "", type: found[2] as ObjectType, size, content },
      );
    }
    this.#received = [data];
    this.#length = data.length;
    if (this.#questions.length > 0) return;
    this.#idle = setTimeout(() => this.close(), this.#idleMilliseconds);
    this.#idle.unref();
  }
}
