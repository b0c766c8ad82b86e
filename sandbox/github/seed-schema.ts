import * as z from "zod";

import { Permissions, Role } from "./model.ts";

const login = z.string().regex(/^[a-z0-9][a-z0-9-]*$/iu, "must be a login of letters, digits and hyphens");
/** Text, an executable text, or an executable copy of a file of this machine. */
const File = z.union([
  z.string(),
  z.strictObject({ content: z.string(), executable: z.boolean() }),
  z.strictObject({ program: z.string() }),
]);

const SeedToken = z.strictObject({
  /** The token itself. */
  token: z.string().min(8),
  /** Login of the user, or slug of the App, that it acts as. */
  of: z.string(),
  /** Of a user's classic token. */
  scopes: z.array(z.string()).optional(),
  /** Of a user's fine-grained token, or an App's; default all that the App has. */
  permissions: Permissions.optional(),
  /** Names of the repositories that it reaches. Default all. */
  repositories: z.array(z.string()).optional(),
});

/** An organization as data: what a stand-in begins with. Everything is by name; ids are given when it is made. */
export const SeedOrganization = z.strictObject({
  login,
  name: z.string().optional(),
  description: z.string().optional(),
  plan: z.enum(["free", "team", "enterprise"]).optional(),
  /** What every member may do on each repository. Default read. */
  defaultRepositoryPermission: z.enum(["none", "read", "write", "admin"]).optional(),
  /** `owner` and `member` belong to the organization, `outside` does not. */
  users: z.array(z.strictObject({ login, name: z.string().optional(), role: z.enum(["owner", "member", "outside"]) })),
  teams: z
    .array(
      z.strictObject({
        slug: z.string(),
        name: z.string().optional(),
        description: z.string().optional(),
        /** Slug of the team above, earlier in the list. */
        parent: z.string().optional(),
        members: z.array(login),
      }),
    )
    .default([]),
  /** GitHub Apps that are installed; GitHub Actions always is. */
  apps: z
    .array(
      z.strictObject({
        id: z.int().optional(),
        slug: z.string(),
        name: z.string().optional(),
        permissions: Permissions.default({}),
        /** PEM, see `App`. */
        publicKey: z.string().optional(),
        /** The id of its installation, where it must be a certain one. */
        installation: z.int().optional(),
      }),
    )
    .default([]),
  tokens: z.array(SeedToken).default([]),
  repositories: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/u, "must be a name of letters, digits, ., - and _"),
        description: z.string().optional(),
        visibility: z.enum(["public", "private", "internal"]).default("public"),
        /** Default the first branch. */
        defaultBranch: z.string().optional(),
        branches: z.record(
          z.string(),
          z.strictObject({
            files: z.record(z.string(), File),
            message: z.string().default("Initial commit"),
            from: z.string().optional(),
          }),
        ),
        archived: z.boolean().default(false),
        /** The number of the next issue or pull request. */
        nextNumber: z.int().min(1).default(1),
        deleteBranchOnMerge: z.boolean().default(false),
        /** Team slug to role. */
        teams: z.record(z.string(), Role).default({}),
        /** Login to role. */
        collaborators: z.record(z.string(), Role).default({}),
      }),
    )
    .default([]),
});
export type SeedOrganization = z.input<typeof SeedOrganization>;
/** The same with its defaults. */
export type Seed = z.output<typeof SeedOrganization>;
