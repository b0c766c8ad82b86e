import type { ActTools } from "./act/run-act.ts";
import type { CheckReporter } from "./check-reporter.ts";
import type { ConcurrencyGroups } from "./concurrency-groups.ts";
import type { RepositoryClient } from "./repository-client.ts";
import type { Happening, StandInClient } from "./stand-in-client.ts";
import type { CalledFiles } from "./workflow/job-names.ts";
import type { WorkflowFile } from "./workflow/workflow-file.ts";

/** What runs of workflows share. */
export interface RunSetting {
  readonly client: StandInClient;
  readonly tools: ActTools;
  readonly groups: ConcurrencyGroups;
  /** Below it, each run has a folder of its number. */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Cancels every run. */
  readonly end: AbortSignal;
  /** Called when a run begins to wait for reviewers. */
  readonly changed: () => void;
}

/** What the parts of one run share. */
export interface RunFacts {
  readonly setting: RunSetting;
  readonly number: number;
  readonly happening: Happening;
  /** The workflow's name, text and content. */
  readonly name: string;
  readonly text: string;
  readonly file: WorkflowFile;
  readonly called: CalledFiles;
  /** Variables of the repository. */
  readonly variables: Readonly<Record<string, string>>;
  readonly github: RepositoryClient;
  readonly checks: CheckReporter;
  readonly folder: string;
  /** Why something went wrong in a way that no job tells; parts add to it. */
  readonly reasons: string[];
  /** By the name of the job's check; parts add to it. */
  readonly summaries: Record<string, string>;
  /** Called when a part begins to wait for an environment's reviewers; what it returns, when it goes on. */
  readonly waits: (environment: string) => () => void;
}
