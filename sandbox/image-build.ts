import * as z from "zod";

import { gateCheck } from "../components/reusable-workflows.ts";
import { actionsUrl } from "./actions/part.ts";
import { organization } from "./engine/stacks.ts";
import { conclusionOf, reopen } from "./pull-request.ts";
import type { PullRequest } from "./pull-request.ts";
import type { World } from "./world/part.ts";
import { patientJson } from "./world/patient-request.ts";

const Runs = z.array(
  z.looseObject({
    repository: z.string(),
    conclusion: z.string(),
    event: z.looseObject({ name: z.string() }),
    reasons: z.array(z.string()),
    folder: z.string(),
  }),
);

/**
 * Waits until the workflows have nothing more to do, and looks how that of a pull request's newest commit has ended. One that ended with a
 * sandbox that was stopped is started anew.
 *
 * @throws Error with the reasons and the folder of the run's log when it did not succeed
 */
export async function awaitBuild(world: Pick<World, "settings">, repository: string, pull: PullRequest): Promise<void> {
  let runs = await settled(world);
  let conclusion = await conclusionOf(world, repository, pull, gateCheck);
  if (conclusion === undefined) {
    await reopen(world, repository, pull);
    runs = await settled(world);
    conclusion = await conclusionOf(world, repository, pull, gateCheck);
  }
  if (conclusion === "success") return;
  if (conclusion === undefined) throw new Error(`no workflow has run for ${pull.url}`);
  const run = runs.findLast(
    (one) => one.repository === `${organization}/${repository}` && one.event.name === "pull_request",
  );
  const reasons = run === undefined ? "" : `: ${run.reasons.join("; ")}; logs: ${run.folder}`;
  throw new Error(`the workflow of ${pull.url} ended in ${conclusion}${reasons}`);
}

async function settled(world: Pick<World, "settings">): Promise<z.infer<typeof Runs>> {
  const all = await patientJson(`${actionsUrl(world)}/settled`).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the runner of workflows is gone (${reason}); its log: npm run sandbox -- logs actions`);
  });
  return Runs.parse(all);
}
