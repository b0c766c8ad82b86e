import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";

import { workflowPath } from "./image-workflow.ts";

/** The one workflow file of a repository, on the branches that need it. */
export interface WorkflowFilesArgs {
  readonly repository: string;
  /** In the order in which changes pass through them. */
  readonly branches: readonly string[];
  readonly content: string;
  /** What is at our path on branches that have a file there, whoever wrote it: it is adopted, and changed where its text is another. */
  readonly existing: ReadonlyMap<string, string>;
  /** What the workflow needs: the first commit starts it. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * The same in every commit, because the provider reads a commit's message as a property of the file. No author: GitHub then signs the
 * commits of an App, and an adopted file has none to differ in.
 */
const commitMessage = "Image workflow, managed by Drover";

/** Writes the workflow file: exactly one commit a branch and change. */
export class WorkflowFiles extends pulumi.ComponentResource {
  constructor(name: string, args: WorkflowFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:index:WorkflowFiles", name, {}, opts);
    const { repository, branches, content, existing, after } = args;
    let before: github.RepositoryFile | undefined;
    for (const branch of branches)
      // One after the other: GitHub refuses a commit while it works on another of the same repository (409).
      before = new github.RepositoryFile(
        `${name}/${branch}`,
        { repository, branch, file: workflowPath, content, commitMessage },
        {
          parent: this,
          deleteBeforeReplace: true,
          dependsOn: [...after, ...(before === undefined ? [] : [before])],
          ...adoption(repository, branch, existing.get(branch), content),
        },
      );
    this.registerOutputs();
  }
}

/**
 * Options for a file that is there. An update that was killed between its commit and its state leaves one that the state does not know;
 * for what the state knows, the id is the one it has, and nothing follows from it.
 */
const adoption = (repository: string, branch: string, text: string | undefined, content: string) =>
  text === undefined
    ? {}
    : {
        import: `${repository}:${workflowPath}:${branch}`,
        // Another message alone would be a commit without any change.
        ...(text === content ? { ignoreChanges: ["commitMessage"] } : {}),
      };
