import * as z from "zod";

import { actionsUrl } from "./actions/part.ts";
import { organization } from "./engine/stacks.ts";
import type { PullRequest } from "./pull-request.ts";
import type { World } from "./world/part.ts";
import { patientJson } from "./world/patient-request.ts";

const Runs = z.array(
  z.looseObject({
    repository: z.string(),
    conclusion: z.string(),
    event: z.looseObject({ name: z.string() }),
    reasons: z.array(z.string()),
    commit: z.string(),
    folder: z.string(),
  }),
);

/**
 * Waits until the workflows have nothing more to do, and looks how the newest one of a pull request has ended.
 *
 * @throws Error with the reasons and the folder of the run's log when it did not succeed
 */
export async function awaitBuild(world: Pick<World, "settings">, repository: string, pull: PullRequest): Promise<void> {
  const all = await patientJson(`${actionsUrl(world)}/settled`).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the runner of workflows is gone (${reason}); its log: npm run sandbox -- logs actions`);
  });
  const runs = Runs.parse(all).filter(
    (run) => run.repository === `${organization}/${repository}` && run.event.name === "pull_request",
  );
  const run = runs.at(-1);
  if (run === undefined) throw new Error(`no workflow has run for ${pull.url}`);
  if (run.conclusion !== "success")
    throw new Error(
      `the workflow of ${pull.url} ended in ${run.conclusion}: ${run.reasons.join("; ")}; logs: ${run.folder}`,
    );
}
