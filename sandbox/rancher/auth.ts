import { createHash, timingSafeEqual } from "node:crypto";

import type { Config } from "./config.ts";

/** Who asks, and what they may do. */
export interface Identity {
  /** The user as which the API server sees them. */
  readonly user: string;
  readonly groups: readonly string[];
  /** Whether `/v3` lets them change anything. What `/k8s` lets them do is the API server's own decision. */
  readonly writes: boolean;
}

const groups = ["system:authenticated", "system:cattle:authenticated"] as const;

/** The two users that the front knows. */
export const identities = {
  deployer: { user: "u-deployer", groups, writes: true },
  reader: { user: "u-reader", groups, writes: false },
} as const satisfies Record<keyof Config["tokens"], Identity>;

/** The token in an Authorization header: `Bearer ACCESS:SECRET`, or Basic with the access key as the user. */
export function tokenOf(authorization: string | undefined): string | undefined {
  const [scheme = "", value = "", ...rest] = (authorization ?? "").trim().split(/\s+/u);
  if (value === "" || rest.length > 0) return undefined;
  if (/^bearer$/iu.test(scheme)) return value;
  return /^basic$/iu.test(scheme) ? Buffer.from(value, "base64").toString("utf8") : undefined;
}

/** Returns who an Authorization header stands for; undefined when it is missing or wrong. */
export function identify(tokens: Config["tokens"], authorization: string | undefined): Identity | undefined {
  const token = tokenOf(authorization);
  if (token === undefined) return undefined;
  if (same(token, tokens.deployer)) return identities.deployer;
  if (same(token, tokens.reader)) return identities.reader;
  return undefined;
}

/** Compares in a time that tells nothing about the secret; digests make the lengths equal. */
const same = (a: string, b: string) => timingSafeEqual(digest(a), digest(b));
const digest = (text: string) => createHash("sha256").update(text).digest();
