import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import * as z from "zod";

import { imageWorkflowFile } from "../../components/image-workflow.ts";
import { reusableWorkflows } from "../../components/reusable-workflows.ts";
import { parseWorkflow } from "../../sandbox/actions/workflow/workflow-file.ts";
import type { Job } from "../../sandbox/actions/workflow/workflow-file.ts";
import { checkout } from "../../sandbox/world/layout.ts";
import { commit, entryOf } from "../support/organization.ts";

/** A workflow file, read from disk or written by the product. */
export interface Workflow {
  /** Without `.yml`. */
  readonly name: string;
  readonly text: string;
  readonly content: ReturnType<typeof parseWorkflow>;
}

/** Where the project's workflows are; a mutation run has copies of them elsewhere. */
export const workflowFolder = process.env["DROVER_WORKFLOWS"] ?? path.join(checkout, ".github/workflows");

const workflow = (name: string, text: string): Workflow => ({
  name,
  text,
  content: parseWorkflow(`.github/workflows/${name}.yml`, text),
});

/** All of the project's, the reusable ones and its own. */
export const projectWorkflows: readonly Workflow[] = readdirSync(workflowFolder)
  .sort()
  .map((file) => workflow(path.basename(file, ".yml"), readFileSync(path.join(workflowFolder, file), "utf8")));

/** The ones that onboarded repositories call. */
export const called: readonly Workflow[] = projectWorkflows.filter(({ name }) => name in reusableWorkflows);

/** The ones that this repository runs itself. */
export const own: readonly Workflow[] = projectWorkflows.filter(({ name }) => !(name in reusableWorkflows));

/** A called workflow by its name. */
export function calledWorkflowOf(name: string): Workflow {
  const found = called.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}.yml`);
  return found;
}

const everything = {
  image: { arguments: { FIRST: "1" }, test: "true", target: "release", dockerfile: "Dockerfile2", context: "app" },
  images: [{ name: "extra", dockerfile: "Dockerfile3" }],
  secrets: ["A"],
  buildSecrets: ["A"],
  attestations: true,
  retention: { days: 60, keep: 5 },
};

/** Entries of each shape that makes another caller. */
const entries: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "develop and release": {},
  "develop and release, everything": { ...everything, latest: "release" },
  trunk: { branches: { release: "main" } },
  "trunk, everything": { ...everything, branches: { release: "main" }, latest: "release" },
  "develop only": { branches: { develop: "develop" } },
  "develop only, everything": { ...everything, branches: { develop: "develop" } },
};

/** The file that onboarding writes, for each shape of entry. */
export const callers: readonly Workflow[] = Object.entries(entries).map(([shape, entry]) =>
  workflow(
    shape,
    imageWorkflowFile(entryOf({ name: "web", ...entry }), {
      repository: "kbase/drover",
      commit,
      version: "v1.0.0",
      registry: "ghcr.io",
    }),
  ),
);

const texts = z.record(z.string(), z.coerce.string());

const Details = z.looseObject({
  "runs-on": z.string().optional(),
  "timeout-minutes": z.number().optional(),
  env: texts.default({}),
  environment: z.string().optional(),
  steps: z
    .array(
      z.looseObject({
        name: z.string(),
        if: z.string().optional(),
        uses: z.string().optional(),
        run: z.string().optional(),
        env: texts.default({}),
        with: z.record(z.string(), z.unknown()).default({}),
      }),
    )
    .default([]),
});

/** What a job has besides what the runner has to know. */
export const detailsOf = (job: Job) => Details.parse(job);

/** The script of a step of a job. */
export function scriptOf(workflow: string, job: string, step: string): string {
  const found = projectWorkflows.find(({ name }) => name === workflow)?.content.jobs[job];
  const script = found && detailsOf(found).steps.find(({ name }) => name === step)?.run;
  if (script === undefined) throw new Error(`${workflow}.yml has no script "${step}" in the job ${job}`);
  return script;
}

/** Where a text stands in a file. */
export interface Place {
  /** `jobs.build.steps.0.run` */
  readonly path: string;
  readonly value: string;
  /** The comment behind it. */
  readonly comment: string | undefined;
}

/** Every text of a file by its place; one that an alias repeats comes at each place. */
export function placesOf({ text }: Pick<Workflow, "text">): Place[] {
  const document = parseDocument(text);
  const places: Place[] = [];
  const walk = (node: unknown, at: readonly string[]): void => {
    if (isAlias(node)) walk(node.resolve(document), at);
    else if (isMap(node))
      for (const { key, value } of node.items) walk(value, [...at, isScalar(key) ? String(key.value) : ""]);
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...at, String(index)]);
    else if (isScalar(node))
      places.push({ path: at.join("."), value: String(node.value), comment: node.comment?.trim() });
  };
  walk(document.contents, []);
  return places;
}
