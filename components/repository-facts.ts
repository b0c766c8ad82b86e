import * as z from "zod";

import { workflowPath } from "./image-workflow.ts";

/** What GitHub says of one branch. */
export interface BranchFacts {
  /** Text of the file at our path; undefined where there is none. */
  readonly file: string | undefined;
  /** Names of the workflow files beside it, with their text where it was asked for. */
  readonly workflows: readonly { readonly name: string; readonly text?: string | undefined }[];
}

/** What GitHub says of one repository. */
export interface RepositoryFacts {
  readonly id: number;
  /** As GitHub writes it; another than was asked for where the repository was renamed. */
  readonly name: string;
  readonly archived: boolean;
  readonly visibility: "public" | "internal" | "private";
  /** The token's role; null where GitHub does not say, as for an App's. */
  readonly permission: string | null;
  /** Undefined for a repository without commits. */
  readonly defaultBranch: string | undefined;
  /** Those asked for that are there, and the default branch. */
  readonly branches: Readonly<Record<string, BranchFacts>>;
  /** The repository's own rulesets. */
  readonly rulesets: readonly { readonly id: number; readonly name: string }[];
}

/** What to ask of one repository. */
export interface RepositoryQuestion {
  readonly name: string;
  readonly branches: readonly string[];
  /** Whether the text of every workflow file is wanted. */
  readonly texts: boolean;
}

const folder = workflowPath.slice(0, workflowPath.lastIndexOf("/"));
/** A text as a string of GraphQL, whose escapes JSON's are. */
const quoted = (text: string) => JSON.stringify(text);

/** The fields of GraphQL that answer a question; `parseRepository` reads the answer. */
export function repositoryFields(owner: string, { name, branches, texts }: RepositoryQuestion): string {
  const files = (alias: string, revision: string) =>
    [
      `file${alias}: object(expression: ${quoted(`${revision}:${workflowPath}`)}) { ... on Blob { text isTruncated } }`,
      `folder${alias}: object(expression: ${quoted(`${revision}:${folder}`)}) { ... on Tree { entries { name${texts ? " object { ... on Blob { text } }" : ""} } } }`,
    ].join(" ");
  const ofBranch = (branch: string, index: number) =>
    `ref${String(index)}: ref(qualifiedName: ${quoted(`refs/heads/${branch}`)}) { name } ${files(String(index), `refs/heads/${branch}`)}`;
  return [
    `repository(owner: ${quoted(owner)}, name: ${quoted(name)}) {`,
    "databaseId name isArchived visibility viewerPermission defaultBranchRef { name }",
    "rulesets(first: 100, includeParents: false) { nodes { databaseId name } }",
    ...branches.map(ofBranch),
    files("Default", "HEAD"),
    "}",
  ].join(" ");
}

const File = z.object({ text: z.string().nullish(), isTruncated: z.boolean().optional() }).nullish();
const Folder = z
  .object({
    entries: z
      .array(z.object({ name: z.string(), object: z.object({ text: z.string().nullish() }).nullish() }))
      .nullish(),
  })
  .nullish();
const Repository = z.looseObject({
  databaseId: z.number(),
  name: z.string(),
  isArchived: z.boolean(),
  visibility: z.enum(["PUBLIC", "INTERNAL", "PRIVATE"]),
  viewerPermission: z.string().nullish(),
  defaultBranchRef: z.object({ name: z.string() }).nullish(),
  rulesets: z
    .object({ nodes: z.array(z.object({ databaseId: z.number(), name: z.string() }).nullish()).nullish() })
    .nullish(),
});

const visibilities = { PUBLIC: "public", INTERNAL: "internal", PRIVATE: "private" } as const;

/**
 * Reads the answer to a question.
 *
 * @returns undefined where there is no such repository that the token may see
 * @throws ZodError for an answer that is none of GitHub's
 */
export function parseRepository(answer: unknown, { branches }: RepositoryQuestion): RepositoryFacts | undefined {
  if (answer === null || answer === undefined) return undefined;
  const facts = Repository.parse(answer);
  const filesOf = (alias: string): BranchFacts => {
    const file = File.parse(facts[`file${alias}`]);
    // What is too long for GraphQL, or no text at all, is nothing of ours.
    const text =
      file?.isTruncated === true ? "" : (file?.text ?? (file === null || file === undefined ? undefined : ""));
    const entries = Folder.parse(facts[`folder${alias}`])?.entries ?? [];
    return {
      file: text,
      workflows: entries.map(({ name, object }) => ({ name, text: object?.text ?? undefined })),
    };
  };
  const defaultBranch = facts.defaultBranchRef?.name;
  return {
    id: facts.databaseId,
    name: facts.name,
    archived: facts.isArchived,
    visibility: visibilities[facts.visibility],
    permission: facts.viewerPermission ?? null,
    defaultBranch,
    branches: Object.fromEntries([
      ...(defaultBranch === undefined ? [] : [[defaultBranch, filesOf("Default")] as const]),
      ...branches.flatMap((branch, index) =>
        facts[`ref${String(index)}`] == null ? [] : [[branch, filesOf(String(index))] as const],
      ),
    ]),
    rulesets: (facts.rulesets?.nodes ?? []).flatMap((node) =>
      node == null ? [] : [{ id: node.databaseId, name: node.name }],
    ),
  };
}
