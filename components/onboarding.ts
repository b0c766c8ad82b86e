/** What a person says about one repository, complete with defaults. */
export interface Onboarding {
  /** As GitHub writes it. */
  readonly name: string;
  /** The repository's own image, then the extra ones. */
  readonly images: readonly [ImageBuild, ...ImageBuild[]];
  readonly branches: Branches;
  /** Checks that a pull request needs besides the gate of the image workflow. */
  readonly checks: readonly RequiredCheck[];
  /** Name on GitHub, in upper case as GitHub keeps it, to name in the stack's configuration. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The same, for workflows that Dependabot starts, which get none of the others. */
  readonly dependabotSecrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, DeploymentEnvironment>>;
  readonly protection: Protection;
  readonly actions: ActionsSettings | undefined;
  readonly package: PackageWish;
  /** Without it, no image is removed by itself. */
  readonly retention: Retention | undefined;
  /** What moves the image's tag `latest`: the merge of the release pull request, or only a published release. */
  readonly latest: "merge" | "release";
  /** Whether the workflow attests where an image came from, which a private repository needs GitHub Enterprise for. */
  readonly attestations: boolean;
  /** Names of repository secrets that the image's build may read. */
  readonly buildSecrets: readonly string[];
  /** Takes over a workflow file that somebody else wrote at our path. */
  readonly adopt: boolean;
}

/** The long-lived branches; at least one. Without `develop` it is a trunk repository, without `release` nothing is released from it. */
export interface Branches {
  readonly develop?: string | undefined;
  readonly release?: string | undefined;
}

/** How one image is built. */
export interface ImageBuild {
  /** Without registry, organization, channel and tag: `narrative`. */
  readonly name: string;
  /** Path from the repository's root. Default `Dockerfile` in the context. */
  readonly dockerfile?: string | undefined;
  /** Folder that the build sees, from the repository's root. Default the root. */
  readonly context?: string | undefined;
  /** Stage of the Dockerfile. Default the last. */
  readonly target?: string | undefined;
  /** Build arguments. */
  readonly arguments: Readonly<Record<string, string>>;
  /** A shell command that runs in the built image and must succeed before any tag is pushed. */
  readonly test?: string | undefined;
}

/** A check by name, and the id of the GitHub App that may report it; undefined is anybody. */
export interface RequiredCheck {
  readonly name: string;
  readonly app: number | undefined;
}

/**
 * Somebody by name: `team:devops`, `user:jdoe`, `app:renovate`, `role:admin`, `organization-admins` or `deploy-keys`.
 * Reviewers are teams and users only.
 */
export type ActorName = string;

/** How the long-lived branches are protected. */
export interface Protection {
  /** Rulesets that are enforced, rulesets that only report (GitHub Enterprise), or classic branch protection, for plans without rulesets. */
  readonly mode: "active" | "evaluate" | "classic";
  readonly approvals: number;
  /** Whether code owners must approve what is theirs. */
  readonly codeOwners: boolean;
  /** Whether a push takes approvals back. */
  readonly dismissStale: boolean;
  /** Whether every conversation must be resolved. */
  readonly conversations: boolean;
  /** Whether a branch must be up to date with its base, so that what was tested is what is merged. */
  readonly upToDate: boolean;
  /** Who may do without all that, besides Drover itself. */
  readonly bypass: readonly ActorName[];
}

/** An environment of a repository on GitHub, for jobs that deploy. */
export interface DeploymentEnvironment {
  /** Teams and users, any of whom must approve a job. */
  readonly reviewers: readonly ActorName[];
  /** Whether somebody may approve the own job. */
  readonly selfReview: boolean;
  /** Minutes that a job waits. */
  readonly wait: number;
  /** Whether administrators of the repository may do without the approval. */
  readonly adminBypass: boolean;
  /** Patterns of branches and tags that may deploy; empty is all. */
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/** What GitHub Actions may do in a repository, where the entry says anything about it. */
export interface ActionsSettings {
  /** What the token of a workflow may do that asks for nothing. */
  readonly permissions: "read" | "write";
  /** Whether workflows may open pull requests, which the next release's needs; GitHub has one switch for that and for approving. */
  readonly pullRequests: boolean;
  /** Who may use the repository's own actions and reusable workflows, where it is private. */
  readonly access?: "none" | "user" | "organization" | "enterprise" | undefined;
}

/** How the container package should be, which GitHub lets nobody set but a person in the browser. */
export interface PackageWish {
  /** Default: as visible as the repository. */
  readonly visibility?: "public" | "internal" | "private" | undefined;
}

/** How long a closed pull request's images stay. */
export interface Retention {
  readonly days: number;
  /** How many of the newest stay in any case. */
  readonly keep: number;
}

/** Long-lived branches in the order in which changes pass through them. */
export const longLived = ({ develop, release }: Branches): string[] =>
  [develop, release].filter((branch) => branch !== undefined);
