import type { Grants } from "./workflow-model.ts";

/** What a reusable workflow takes and may do. */
interface ReusableWorkflow {
  readonly inputs: Readonly<Record<string, "string" | "number" | "boolean">>;
  /** Names of the secrets that it takes. */
  readonly secrets: readonly string[];
  /** The most that any of its jobs asks for: GitHub refuses to start a run whose caller grants less, even for a job that is skipped. */
  readonly permissions: Grants;
}

/** The images of a repository as JSON, see `imagesInput`, and the registry where it is not `ghcr.io`. */
const images = { images: "string", registry: "string" } as const;
const branches = { develop: "string", release: "string" } as const;

/**
 * The reusable workflows below `.github/workflows/` that onboarded repositories call: the one place where what a caller passes and what a
 * called workflow declares are agreed. Each file has the key's name and `.yml`; what started the run it reads from `github.event`.
 */
export const reusableWorkflows = {
  /** Builds, tests and pushes a pull request's images; its job `gate` is the check that branch protection requires. */
  "pull-request": {
    inputs: { ...images, ...branches },
    secrets: ["build"],
    permissions: { contents: "read", packages: "write", "pull-requests": "read" },
  },
  /** Moves `latest` after a push to a long-lived branch, by retagging what was tested where that is what was merged. */
  merge: {
    inputs: { ...images, ...branches, latest: "string" },
    secrets: ["build"],
    permissions: { contents: "read", packages: "write", "pull-requests": "read" },
  },
  /** Attests where the images that a run built came from. `built` is a JSON list of names with digests. */
  attest: {
    inputs: { registry: "string", built: "string" },
    secrets: [],
    permissions: { contents: "read", packages: "write", "id-token": "write", attestations: "write" },
  },
  /** Gives a published release's images their version. */
  release: {
    inputs: { ...images, release: "string", latest: "string" },
    secrets: [],
    permissions: { contents: "read", packages: "write" },
  },
  /** Opens the next draft release pull request, or brings its text up to date. */
  "next-release": {
    inputs: branches,
    secrets: [],
    permissions: { contents: "read", "pull-requests": "write" },
  },
  /** Gives an existing image an environment's tag. `targets` are the tags that may be given, with spaces between them. */
  retag: {
    inputs: { ...images, ...branches, targets: "string" },
    secrets: [],
    permissions: { contents: "read", packages: "write", deployments: "write" },
  },
  /** Removes closed pull requests' images; `delete: false` only reports. */
  "clean-up": {
    inputs: { ...images, ...branches, days: "number", keep: "number", delete: "boolean" },
    secrets: [],
    permissions: { packages: "write", deployments: "read", "pull-requests": "read" },
  },
} as const satisfies Readonly<Record<string, ReusableWorkflow>>;

/** The name of a reusable workflow. */
export type WorkflowName = keyof typeof reusableWorkflows;

type ValueOf<Type> = Type extends "string" ? string : Type extends "number" ? number : boolean | `\${{ ${string} }}`;
type Declared<Name extends WorkflowName> = (typeof reusableWorkflows)[Name]["inputs"];

/** What a caller may pass to a reusable workflow; an expression may stand for a boolean. */
export type InputsOf<Name extends WorkflowName> = {
  readonly [Input in keyof Declared<Name>]?: ValueOf<Declared<Name>[Input]> | undefined;
};

/** The caller's job whose called workflow holds the gate, and the gate's own name there. */
const gate = { caller: "pull-request", called: "gate" } as const satisfies { caller: WorkflowName; called: string };

/** The check that branch protection requires: GitHub names a called job's check after both jobs. */
export const gateCheck = `${gate.caller} / ${gate.called}`;

/** The App that reports the checks of GitHub Actions on github.com: required checks name it, so that nobody else can set them. */
export const actionsApp = 15368;

/** Environment tags that a retag may give, and no others. */
export const environmentTags = ["appdev", "ci", "next", "prod"] as const;
