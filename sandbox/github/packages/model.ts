import * as z from "zod";

import { Moment } from "../model.ts";

/** One manifest of a package. */
export const PackageVersion = z.strictObject({
  id: z.int(),
  /** `sha256:…` */
  digest: z.string(),
  createdAt: Moment,
  updatedAt: Moment,
  /** What a deleted version needs to come back; null while it is there. */
  deleted: z
    .strictObject({ at: Moment, tags: z.array(z.string()), mediaType: z.string(), manifest: z.base64() })
    .nullable()
    .default(null),
});
export type PackageVersion = z.infer<typeof PackageVersion>;

/** What somebody, or the workflows of a repository, may do with a package. */
export const PackageRole = z.enum(["read", "write", "admin"]);
export type PackageRole = z.infer<typeof PackageRole>;

/** A package: what GitHub knows of it and the registry does not. */
export const Package = z.strictObject({
  id: z.int(),
  ownerId: z.int(),
  /** The registry's repository without the owner: `narrative`, `tools/linter`. */
  name: z.string(),
  visibility: z.enum(["public", "private"]),
  /** The linked repository. */
  repositoryId: z.int().nullable(),
  /** Whether whoever has a role on the linked repository has it on the package. */
  inheritsAccess: z.boolean(),
  /** "Manage Actions access": repositories whose workflows may read or write. */
  actionsAccess: z.array(z.strictObject({ repositoryId: z.int(), role: PackageRole })).default([]),
  /** Users with a role of their own. */
  users: z.array(z.strictObject({ id: z.int(), role: PackageRole })).default([]),
  versions: z.array(PackageVersion).default([]),
  createdAt: Moment,
  updatedAt: Moment,
  deletedAt: Moment.nullable().default(null),
});
export type Package = z.infer<typeof Package>;

/** The document `packages.json`. */
export const PackagesDocument = z.strictObject({
  version: z.literal(1).default(1),
  packages: z.array(Package).default([]),
});
export type PackagesDocument = z.infer<typeof PackagesDocument>;
