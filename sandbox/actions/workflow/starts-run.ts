import { passesPatterns } from "./filter-pattern.ts";
import type { Filter, WorkflowFile } from "./workflow-file.ts";

/** What is known of an event when it is decided which workflows it starts. */
export interface Occasion {
  /** `push`, `pull_request`, `schedule`, … */
  readonly name: string;
  readonly action?: string | undefined;
  /** Full name of the ref that was pushed; of a pull request, the branch that it is for: `refs/heads/develop`. */
  readonly ref: string;
  /** Whether the ref was deleted. */
  readonly deleted?: boolean;
  /** Paths that changed; undefined where nobody counts them, as for tags. */
  readonly paths?: readonly string[] | undefined;
  /** Message of the commit that was pushed, or of the pull request's head. */
  readonly message?: string | undefined;
  /** Path of the one workflow that a `workflow_dispatch` is for. */
  readonly workflow?: string | undefined;
  /** What a `schedule` is for. */
  readonly cron?: string | undefined;
  /** Whether a release is a draft. */
  readonly draft?: boolean;
  /** Whether a workflow's own token caused it. */
  readonly byWorkflow?: boolean;
}

/** Activities that start a workflow whose `on:` names none; for events that are not listed, all do (docs.github.com, "Events that trigger workflows"). */
const defaultTypes: Readonly<Record<string, readonly string[]>> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_target: ["opened", "synchronize", "reopened"],
};

/** In a commit's message these keep `push` and `pull_request` from starting anything (docs.github.com, "Skipping workflow runs"). */
const skips = /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\nskip-checks: ?true\s*$/u;

/** Decides by a workflow's `on:` whether an event starts it; otherwise says why not. */
export function startsRun(
  path: string,
  { on }: Pick<WorkflowFile, "on">,
  occasion: Occasion,
): { readonly starts: true } | { readonly starts: false; readonly reason: string } {
  const reason = hindrance(path, on, occasion);
  return reason === undefined ? { starts: true } : { starts: false, reason };
}

function hindrance(path: string, on: WorkflowFile["on"], occasion: Occasion): string | undefined {
  const { name, action, ref, message } = occasion;
  if (occasion.byWorkflow === true && name !== "repository_dispatch" && name !== "workflow_dispatch")
    return "a workflow's own token caused it";
  if (name === "schedule") return on.crons.includes(occasion.cron ?? "") ? undefined : "it is not on this schedule";
  if (!(name in on.events)) return `it is not started by ${name}`;
  if (name === "workflow_dispatch") return occasion.workflow === path ? undefined : "another workflow is meant";
  const filter: Filter = on.events[name] ?? {};
  const types = filter.types ?? defaultTypes[name];
  if (action !== undefined && types?.includes(action) === false) return `it is not started by ${name} ${action}`;
  if (name === "release")
    return occasion.draft === true && ["created", "edited", "deleted"].includes(action ?? "")
      ? "drafts of releases start nothing"
      : undefined;
  if (name !== "push" && !name.startsWith("pull_request")) return undefined;
  if (occasion.deleted === true) return "a deleted ref starts nothing";
  if (message !== undefined && skips.test(message)) return "the commit's message says so";
  return refHindrance(filter, ref, name === "push") ?? pathHindrance(filter, occasion.paths);
}

/** Branches and tags: who filters only the one is not started by the other. */
function refHindrance(filter: Filter, ref: string, isPush: boolean): string | undefined {
  const isTag = isPush && ref.startsWith("refs/tags/");
  const name = ref.replace(/^refs\/(?:heads|tags)\//u, "");
  const own = isTag ? "tags" : "branches";
  const [wanted, ignored] = [filter[own], filter[`${own}-ignore`]];
  const other = isTag ? "branches" : "tags";
  if (wanted === undefined && ignored === undefined)
    return isPush && (filter[other] ?? filter[`${other}-ignore`]) !== undefined
      ? `it is started by ${other} alone`
      : undefined;
  const passes = wanted === undefined ? !passesPatterns(ignored ?? [], name) : passesPatterns(wanted, name);
  return passes ? undefined : `it is not started by ${isTag ? "the tag" : "the branch"} ${name}`;
}

function pathHindrance(filter: Filter, paths: readonly string[] | undefined): string | undefined {
  const { paths: wanted, "paths-ignore": ignored } = filter;
  if (paths === undefined) return undefined;
  const passes =
    (wanted === undefined || paths.some((path) => passesPatterns(wanted, path))) &&
    (ignored === undefined || !paths.every((path) => passesPatterns(ignored, path)));
  return passes ? undefined : "none of its paths changed";
}
