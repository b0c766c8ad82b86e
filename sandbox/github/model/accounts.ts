import * as z from "zod";

import { Hook, Moment, Role, SecretScope, Variable } from "./basics.ts";

/** A person, or an App's bot account (`type: Bot`, login `slug[bot]`). */
export const User = z.strictObject({
  id: z.int(),
  login: z.string(),
  name: z.string().nullable().default(null),
  email: z.string().nullable().default(null),
  type: z.enum(["User", "Bot"]).default("User"),
  siteAdmin: z.boolean().default(false),
  createdAt: Moment,
  updatedAt: Moment,
});
export type User = z.infer<typeof User>;

/** An organization. Its members are users; owners have the role `admin`. */
export const Organization = z.strictObject({
  id: z.int(),
  login: z.string(),
  name: z.string().nullable().default(null),
  description: z.string().nullable().default(null),
  /** What every member may do on each of its repositories. */
  defaultRepositoryPermission: z.enum(["none", "read", "write", "admin"]).default("read"),
  plan: z.enum(["free", "team", "enterprise"]).default("enterprise"),
  members: z.array(z.strictObject({ userId: z.int(), role: z.enum(["admin", "member"]) })).default([]),
  actions: SecretScope,
  dependabot: SecretScope,
  variables: z.array(Variable).default([]),
  hooks: z.array(Hook).default([]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Organization = z.infer<typeof Organization>;

/** A team of an organization. What it may do on a repository is kept with the repository. */
export const Team = z.strictObject({
  id: z.int(),
  organizationId: z.int(),
  slug: z.string(),
  name: z.string(),
  description: z.string().nullable().default(null),
  privacy: z.enum(["secret", "closed"]).default("closed"),
  parentId: z.int().nullable().default(null),
  members: z.array(z.strictObject({ userId: z.int(), role: z.enum(["maintainer", "member"]) })).default([]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type Team = z.infer<typeof Team>;

/** Permissions of an App, its installation or a fine-grained token: name as in GitHub's API (`contents`, `actions_variables`) to level. */
export const Permissions = z.record(z.string(), z.enum(["read", "write", "admin"]));
export type Permissions = z.infer<typeof Permissions>;

/** A GitHub App. Check runs name it; rules can let it by or ask for its checks. */
export const App = z.strictObject({
  id: z.int(),
  slug: z.string(),
  name: z.string(),
  description: z.string().nullable().default(null),
  /** Id of the organization or user that owns it. */
  ownerId: z.int(),
  /** Id of its bot account. */
  botId: z.int(),
  /** PEM, of the private key with which the App signs its JSON Web Tokens. */
  publicKey: z.string().nullable().default(null),
  permissions: Permissions.default({}),
  events: z.array(z.string()).default([]),
  /** Organizations where it is installed. */
  installations: z.array(z.strictObject({ id: z.int(), organizationId: z.int() })).default([]),
  createdAt: Moment,
  updatedAt: Moment,
});
export type App = z.infer<typeof App>;

/** A token; only its digest is kept. */
export const Token = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** SHA-256 of the token, in hex. */
  digest: z.string(),
  kind: z.enum(["classic", "fine-grained", "installation"]),
  /** The user it acts as; an installation's token acts as the App's bot. */
  userId: z.int(),
  /** The App, of an installation's token. */
  appId: z.int().nullable().default(null),
  /** Of a classic token. */
  scopes: z.array(z.string()).default([]),
  /** Of the other kinds. */
  permissions: Permissions.default({}),
  /** Ids of the repositories that the other kinds reach; null is all. */
  repositories: z.array(z.int()).nullable().default(null),
  createdAt: Moment,
  expiresAt: Moment.nullable().default(null),
});
export type Token = z.infer<typeof Token>;

/** Somebody who was given a role on a repository directly. */
export const Grant = z.strictObject({ id: z.int(), role: Role });
export type Grant = z.infer<typeof Grant>;

/** The document `accounts.json`: all that is not one repository's. */
export const Accounts = z.strictObject({
  version: z.literal(1).default(1),
  /** All ids below it are taken. */
  nextId: z.int().default(1),
  /** Seconds by which the emulator's clock is ahead of the machine's. */
  clockOffset: z.number().default(0),
  /** Where the clock stands still; null while it goes. */
  clockFrozen: Moment.nullable().default(null),
  users: z.array(User).default([]),
  organizations: z.array(Organization).default([]),
  teams: z.array(Team).default([]),
  apps: z.array(App).default([]),
  tokens: z.array(Token).default([]),
});
export type Accounts = z.infer<typeof Accounts>;
