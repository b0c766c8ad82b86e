import * as z from "zod";

import type { Credential } from "../components/github-access.ts";
import type { ConfigProblem } from "./config.ts";
import { text } from "./schema-rules.ts";

const digits = (what: string) => {
  const rule = `must be ${what}, a number`;
  return z.union([z.int().min(1), z.string().regex(/^[1-9]\d*$/, rule)], { error: rule }).transform(String);
};

/** The keys of a stack that asks GitHub: which GitHub, and who asks. */
export const githubKeys = {
  githubToken: text("must be a GitHub token, without spaces", /^\S+$/, 1024).optional(),
  githubApp: z
    .strictObject({
      id: digits("the App's id"),
      installationId: digits("the id of its installation in the organization"),
      privateKey: text(
        "must be the App's private key in PEM, with its BEGIN and END lines",
        /^-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+-----END (?:RSA )?PRIVATE KEY-----\s*$/,
        20_000,
      ),
    })
    .optional(),
  github: z
    .strictObject({
      url: text(
        "must be GitHub's address without a path, as in https://github.example.org; http is for this machine alone",
        /^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?)\/?$/,
      ).transform((url) => url.replace(/\/$/, "")),
    })
    .optional(),
};

/** What the configuration has of who asks. */
type WrittenCredential = Pick<z.infer<z.ZodObject<typeof githubKeys>>, "githubToken" | "githubApp">;

/** Who asks; undefined where the configuration does not say. */
export function credentialOf({ githubToken, githubApp }: WrittenCredential): Credential | undefined {
  if (githubApp !== undefined) return { kind: "app", ...githubApp };
  return githubToken === undefined ? undefined : { kind: "token", token: githubToken };
}

/** A configuration as it is written, of which only what is there counts. */
type Raw = Readonly<Partial<Record<"githubToken" | "githubApp", unknown>>>;

/** That two ask, where both keys are there. */
export const twoCredentials = ({ githubToken, githubApp }: Raw): ConfigProblem[] =>
  githubToken === undefined || githubApp === undefined
    ? []
    : [{ key: "githubApp", message: "is there, and so is githubToken: keep one of the two" }];

/** The keys that are there and belong encrypted, each with the part of it that is secret. */
export const secretCredentials = (raw: Raw): (readonly [key: string, part: string])[] =>
  [["githubToken", "githubToken"] as const, ["githubApp", "githubApp.privateKey"] as const].filter(
    ([key]) => raw[key] !== undefined,
  );
