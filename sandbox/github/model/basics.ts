import * as z from "zod";

/** A moment as GitHub writes it: ISO 8601 in UTC with whole seconds. */
export const Moment = z.iso.datetime();

/** What GitHub lets somebody do on a repository, weakest first. Its own older names are pull, push and admin. */
export const roles = ["read", "triage", "write", "maintain", "admin"] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** A pair of X25519 keys in base64, to which clients seal secrets. */
export const KeyPair = z.strictObject({ id: z.string(), publicKey: z.string(), privateKey: z.string() });
export type KeyPair = z.infer<typeof KeyPair>;

/** A secret as it arrived: sealed. Names are upper case. */
export const Secret = z.strictObject({
  name: z.string(),
  /** The libsodium sealed box, in base64. */
  sealed: z.string(),
  /** Id of the key pair that it was sealed for. */
  keyId: z.string(),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Secret = z.infer<typeof Secret>;

/** Secrets of one scope (a repository's Actions, its Dependabot, an environment, an organization) with the scope's own keys. */
export const SecretScope = z.strictObject({ key: KeyPair, secrets: z.array(Secret).default([]) });
export type SecretScope = z.infer<typeof SecretScope>;

/** A variable of Actions. Names are upper case. */
export const Variable = z.strictObject({ name: z.string(), value: z.string(), createdAt: Moment, updatedAt: Moment });
export type Variable = z.infer<typeof Variable>;

/** A webhook of a repository or an organization. */
export const Hook = z.strictObject({
  id: z.int(),
  active: z.boolean(),
  events: z.array(z.string()),
  config: z.strictObject({
    url: z.string(),
    contentType: z.enum(["json", "form"]).default("form"),
    insecureSsl: z.boolean().default(false),
    secret: z.string().optional(),
  }),
  createdAt: Moment,
  updatedAt: Moment,
  /** The last delivery's HTTP status and GitHub's word for it. */
  lastResponse: z
    .strictObject({ code: z.int().nullable(), status: z.string(), message: z.string().nullable() })
    .default({ code: null, status: "unused", message: null }),
});
export type Hook = z.infer<typeof Hook>;
