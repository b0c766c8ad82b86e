import { imagesInput } from "./image-packages.ts";
import { imageTriggers } from "./image-triggers.ts";
import type { Onboarding, Retention } from "./onboarding.ts";
import { environmentTags, reusableWorkflows } from "./reusable-workflows.ts";
import type { InputsOf, WorkflowName } from "./reusable-workflows.ts";
import { renderWorkflow } from "./workflow-model.ts";
import type { CallerWorkflow, CallingJob, InputValue } from "./workflow-model.ts";

/** Where the workflow file is in every repository. */
export const workflowPath = ".github/workflows/images.yml";
/** How the file begins that is ours. */
export const managedMark = "# Managed by Drover";

/** The reusable workflows that repositories call, and where images go. */
export interface WorkflowSource {
  /** `owner/name` of the repository that has them. */
  readonly repository: string;
  /** The full commit. */
  readonly commit: string;
  /** What people call that commit, such as `v1.2.0`. */
  readonly version?: string | undefined;
  /** The registry's host. */
  readonly registry: string;
}

/** The text of a repository's workflow file. The same for equal entries, whatever order their keys were written in. */
export const imageWorkflowFile = (entry: Onboarding, source: WorkflowSource): string =>
  renderWorkflow(
    imageWorkflow(entry, source),
    [
      `${managedMark.slice(2)}: the entry "${entry.name}" in its stack "github". Change the entry, not this file:`,
      "the next update takes back what is changed here.",
    ],
    (key, value) => (key === "uses" ? source.version : reasons[`${key}: ${value}`]),
  );

/** Why a job's token may do what it may, written beside it. */
const reasons: Readonly<Record<string, string>> = {
  "packages: write": "push, retag and remove images",
  "pull-requests: read": "see what became of pull requests",
  "pull-requests: write": "open the next release's",
  "deployments: read": "keep images that are deployed",
  "deployments: write": "record who retagged what",
  "id-token: write": "sign attestations",
  "attestations: write": "store attestations",
};

/** The workflow of a repository: which event calls which reusable workflow, with what. */
export function imageWorkflow(entry: Onboarding, source: WorkflowSource): CallerWorkflow {
  const { branches, retention = onDemandRetention } = entry;
  const images = {
    images: imagesInput(entry.images),
    ...(source.registry === defaultRegistry ? {} : { registry: source.registry }),
  };
  const call = callOf(source);
  const built = "needs.pull-request.outputs.built || needs.merge.outputs.built";
  const jobs: Record<string, CallingJob | undefined> = {
    "pull-request": call("pull-request", {
      if: "github.event_name == 'pull_request'",
      group: "pull-request-${{ github.event.pull_request.number }}",
      cancel: true,
      with: { ...images, ...branches },
      secrets: buildSecrets(entry),
    }),
    merge: call("merge", {
      if: "github.event_name == 'push'",
      group: "merge-${{ github.ref_name }}",
      with: { ...images, ...branches, latest: branches.release === undefined ? undefined : entry.latest },
      secrets: buildSecrets(entry),
    }),
    attest: entry.attestations
      ? call("attest", {
          needs: ["pull-request", "merge"],
          if: `!cancelled() && (${built})`,
          group: "attest-${{ github.sha }}",
          with: {
            ...(source.registry === defaultRegistry ? {} : { registry: source.registry }),
            built: `\${{ ${built} }}`,
          },
        })
      : undefined,
    release:
      branches.release === undefined
        ? undefined
        : call("release", {
            if: "github.event_name == 'release'",
            group: "release-${{ github.event.release.tag_name }}",
            with: { ...images, release: branches.release, latest: entry.latest },
          }),
    "next-release":
      branches.develop === undefined || branches.release === undefined
        ? undefined
        : call("next-release", {
            if: `github.event_name == 'push' && github.ref_name == '${branches.develop}'`,
            group: "next-release",
            with: branches,
          }),
    retag: call("retag", {
      if: "github.event_name == 'repository_dispatch' || (github.event_name == 'workflow_dispatch' && inputs.action == 'retag')",
      group:
        "retag-${{ github.event.client_payload.image || inputs.image }}-${{ github.event.client_payload.target || inputs.target }}",
      with: { ...images, ...branches, targets: environmentTags.join(" ") },
    }),
    "clean-up": call("clean-up", {
      if: "github.event_name == 'schedule' || (github.event_name == 'workflow_dispatch' && inputs.action == 'clean-up')",
      group: "clean-up",
      with: {
        ...images,
        ...branches,
        days: retention.days,
        keep: retention.keep,
        delete: `\${{ ${entry.retention === undefined ? "" : "github.event_name == 'schedule' || "}inputs.delete }}`,
      },
    }),
  };
  return { name: "Images", on: imageTriggers(entry), permissions: {}, jobs: withoutUndefined(jobs) };
}

/** What a clean-up reports that a person starts, where the entry says nothing. */
const onDemandRetention: Retention = { days: 30, keep: 10 };

/** The registry that the reusable workflows take without being told. */
export const defaultRegistry = "ghcr.io";

/** Jobs that call the reusable workflows at the pinned commit, with exactly the grants that these ask for. */
const callOf =
  ({ repository, commit }: WorkflowSource) =>
  <Name extends WorkflowName>(
    name: Name,
    job: {
      readonly needs?: readonly string[];
      readonly if: string;
      readonly group: string;
      readonly cancel?: boolean;
      readonly with: InputsOf<Name>;
      readonly secrets?: Readonly<Record<string, string>> | undefined;
    },
  ): CallingJob => ({
    ...(job.needs === undefined ? {} : { needs: job.needs }),
    if: job.if,
    concurrency: { group: job.group, "cancel-in-progress": job.cancel ?? false },
    permissions: reusableWorkflows[name].permissions,
    uses: `${repository}/.github/workflows/${name}.yml@${commit}`,
    with: withoutUndefined<InputValue>(job.with),
    ...(job.secrets === undefined ? {} : { secrets: job.secrets }),
  });

/** The build's secrets as one secret, a JSON object: a called workflow takes only names that it declares. */
function buildSecrets({ buildSecrets: names }: Onboarding): Record<string, string> | undefined {
  if (names.length === 0) return undefined;
  const members = [...names].sort().map((name) => `"${name}": \${{ toJSON(secrets.${name}) }}`);
  return { build: `{ ${members.join(", ")} }` };
}

const withoutUndefined = <Value>(all: Readonly<Record<string, Value | undefined>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
