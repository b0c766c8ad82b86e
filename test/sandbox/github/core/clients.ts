import { Octokit } from "@octokit/rest";
import { execa } from "execa";

import { tokenOf } from "../stand-in.ts";
import type { StandIn } from "../stand-in.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** GitHub's own client, as somebody with a token of the stand-in. */
export const clientOf = ({ origin }: StandIn, as = "olga"): Octokit =>
  new Octokit({ baseUrl: `${origin}/api/v3`, auth: tokenOf(as), log: silent });

/** The status and the message of an answer that refuses; fails when it does not. */
export async function refusalOf(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && "status" in error && "response" in error) {
      const { data } = error.response as { data: { message: string } };
      return { status: Number(error.status), message: data.message };
    }
    throw error;
  }
  throw new Error("the request was not refused");
}

/** What a git command said, and whether it went well. */
export interface GitRun {
  readonly ok: boolean;
  readonly text: string;
}

/** The git command in a folder, as somebody with a token; null is nobody. The token is in no argument. */
export const gitIn =
  (folder: string, as: string | null = "olga") =>
  async (...args: string[]): Promise<GitRun> => {
    const basic = Buffer.from(`x:${tokenOf(as ?? "")}`).toString("base64");
    const settings: Record<string, string> = {
      "user.name": "Somebody",
      "user.email": "somebody@example.org",
      "init.defaultBranch": "main",
      ...(as === null ? {} : { "http.extraHeader": `Authorization: Basic ${basic}` }),
    };
    const env = Object.fromEntries(
      Object.entries(settings).flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${String(index)}`, key],
        [`GIT_CONFIG_VALUE_${String(index)}`, value],
      ]),
    );
    const { exitCode, all } = await execa("git", args, {
      cwd: folder,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: folder,
        LC_ALL: "C",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_TERMINAL_PROMPT: "0",
        GIT_CONFIG_COUNT: String(Object.keys(settings).length),
        ...env,
      },
    });
    return { ok: exitCode === 0, text: all };
  };
