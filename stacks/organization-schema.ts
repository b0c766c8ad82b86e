import * as z from "zod";

import { githubKeys } from "./github-schema.ts";
import { count, flag, organization, registryHost, secret, text } from "./schema-rules.ts";

/**
 * The configuration of the stack `github`, key by key below `drover:`; the README's table says the same to people.
 * Messages state the rule and how to keep it; `stacks/config.ts` puts key and value before them.
 */
const noExpression = "may not have ${{, which GitHub would evaluate in the workflow file";
const isPlain = (written: string) => !written.includes("${{");
const line = (what: string) =>
  text(`must be ${what} on one line`, /^[^\r\n]*\S[^\r\n]*$/, 1024).refine(isPlain, noExpression);
const imageName = text(
  "must be an image's name without folders and tag: lower-case letters and digits, with single dots, underscores or dashes between them",
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/,
  120,
);
const branch = text(
  "must be a branch's name of letters, digits, dots, dashes, underscores and slashes, as in main",
  /^(?!.*(?:\.\.|\/\/|\/\.|\.lock(?:\/|$)|[./]$))[A-Za-z0-9_][\w./-]*$/,
  200,
);
const repositoryPath = text(
  "must be a path inside the repository, as in deployment/Dockerfile",
  /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\s:${}]+$/,
  1024,
);
const variable = text(
  "must be a name of letters, digits and underscores that does not begin with a digit, as in LOG_LEVEL",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);
const stored = text(
  "must be a name of letters, digits and underscores that does not begin with a digit",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);
const value = z.string({ error: "must be text" }).min(1, "must not be empty: GitHub keeps no empty variables");
const pattern = text("must be a pattern of names, as in main or release/*", /^[^\s~^:\\]+$/, 200);
/** An actor by name, see `ActorName`. */
const actor = text(
  "must be team:SLUG, user:LOGIN, app:SLUG, role:write, role:maintain, role:admin, organization-admins or deploy-keys",
  /^(?:(?:team|user|app):[A-Za-z0-9][\w-]*|role:(?:write|maintain|admin)|organization-admins|deploy-keys)$/,
);
const reviewer = text(
  "must be team:SLUG or user:LOGIN: GitHub knows no other reviewers",
  /^(?:team|user):[A-Za-z0-9][\w-]*$/,
);

/** GitHub's name to the name below `drover:secrets`; `normalize` makes it of a list, whose names are the same in both. */
const secretNames = z.record(z.string(), stored);
const variables = z.record(z.string(), value);

const build = {
  dockerfile: repositoryPath.optional(),
  context: repositoryPath.optional(),
  target: line("a stage's name").optional(),
  arguments: z.record(variable, z.string({ error: "must be text" }).refine(isPlain, noExpression)).optional(),
  test: line("a shell command").optional(),
};

const environment = z.strictObject({
  reviewers: z.array(reviewer).max(6, "may name at most 6 teams and users, as GitHub says").optional(),
  selfReview: flag.optional(),
  adminBypass: flag.optional(),
  wait: count(0, 43200, "how long a job waits in minutes").optional(),
  branches: z.array(pattern).optional(),
  tags: z.array(pattern).optional(),
  secrets: secretNames.optional(),
  variables: variables.optional(),
});

/** What an entry and the defaults may say. */
const common = {
  branches: z.strictObject({ develop: branch.optional(), release: branch.optional() }).optional(),
  checks: z
    .array(
      z.strictObject({
        name: line("a check's name"),
        app: z
          .union([z.literal("any"), z.int().min(1)], { error: "must be the id of a GitHub App, or any" })
          .optional(),
      }),
    )
    .optional(),
  secrets: secretNames.optional(),
  dependabotSecrets: secretNames.optional(),
  buildSecrets: z.array(stored).optional(),
  variables: variables.optional(),
  environments: z
    .record(
      text(
        "must be an environment's name: letters, digits, dots, dashes and underscores, as in prod",
        /^[A-Za-z0-9][\w.-]*$/,
        255,
      ),
      environment,
    )
    .optional(),
  protection: z
    .strictObject({
      mode: z.enum(["active", "evaluate", "classic"], { error: "must be active, evaluate or classic" }).optional(),
      approvals: count(0, 6, "how many approvals a pull request needs").optional(),
      codeOwners: flag.optional(),
      dismissStale: flag.optional(),
      conversations: flag.optional(),
      upToDate: flag.optional(),
      bypass: z.array(actor).optional(),
    })
    .optional(),
  actions: z
    .strictObject({
      permissions: z.enum(["read", "write"], { error: "must be read or write" }).optional(),
      pullRequests: flag.optional(),
      access: z
        .enum(["none", "user", "organization", "enterprise"], {
          error: "must be none, user, organization or enterprise",
        })
        .optional(),
    })
    .optional(),
  package: z
    .strictObject({
      visibility: z
        .enum(["public", "internal", "private"], { error: "must be public, internal or private" })
        .optional(),
    })
    .optional(),
  retention: z
    .strictObject({
      days: count(1, 3650, "for how many days a closed pull request's images stay"),
      keep: count(0, 10_000, "how many of the newest stay in any case").optional(),
    })
    .optional(),
  latest: z.enum(["merge", "release"], { error: "must be merge or release" }).optional(),
  attestations: flag.optional(),
};

/** One entry of the list. */
export const entrySchema = z.strictObject({
  name: text(
    "must be a repository's name without its owner: letters, digits, dots, dashes and underscores",
    /^(?!\.{1,2}$)[\w.-]+$/,
    100,
  ),
  image: z.strictObject({ name: imageName.optional(), ...build }).optional(),
  images: z.array(z.strictObject({ name: imageName, ...build })).optional(),
  adopt: flag.optional(),
  ...common,
});

/** All keys of the stack `github`. */
export const organizationSchema = z.strictObject({
  organization,
  ...githubKeys,
  registry: registryHost.default("ghcr.io"),
  workflows: z.strictObject({
    repository: text(
      "must be the owner and name of the repository with the reusable workflows, as in kbase/drover",
      /^[A-Za-z0-9-]+\/[\w.-]+$/,
    ),
    commit: text(
      "must be a full commit, 40 digits 0-9, a-f: a branch or tag can be moved to other code",
      /^[0-9a-f]{40}$/,
    ),
    version: line("what people call that commit").optional(),
  }),
  defaults: z.strictObject(common).default({}),
  repositories: z.array(entrySchema),
  secrets: z.record(stored, secret).default({}),
  removals: count(1, 100_000, "how many repositories may leave the list at once").optional(),
});

/** The stack's configuration as it is written, with short forms made long. */
export type WrittenOrganization = z.infer<typeof organizationSchema>;
/** One entry of it. */
export type WrittenEntry = z.infer<typeof entrySchema>;
