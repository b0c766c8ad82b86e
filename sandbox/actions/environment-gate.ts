import type { RepositoryClient } from "./repository-client.ts";
import type { OpenedSecrets, StandInClient } from "./stand-in-client.ts";

/** The run of which a job asks to deploy. */
export interface Applicant {
  readonly repository: string;
  readonly run: number;
  readonly ref: string;
  readonly sha: string;
  /** Login of who caused the run. */
  readonly actor: string;
}

/**
 * Asks GitHub whether a job may go on that is for an environment, and waits for the environment's reviewers.
 *
 * @param waits called when it begins to wait; what it returns when it ends to
 * @returns why it may not; undefined where it may, or where the signal ended the waiting
 */
export async function passGate(
  client: StandInClient,
  environment: string,
  applicant: Applicant,
  signal: AbortSignal,
  waits: () => () => void,
): Promise<string | undefined> {
  const answer = await client.requestDeployment({ ...applicant, environment });
  if (answer.state !== "waiting") return answer.state === "refused" ? answer.reason : undefined;
  const ended = waits();
  try {
    const { state, reviewer, comment } = await client.reviewed(answer.id, signal);
    return state === "approved" ? undefined : `${reviewer} rejected the deployment to ${environment}: ${comment}`;
  } catch (error) {
    if (!signal.aborted) throw error;
    await client.forgetDeployment(answer.id);
    return undefined;
  } finally {
    ended();
  }
}

/** Secrets and variables of a job. */
export interface JobSettings {
  readonly secrets: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * What a job has that is for an environment: the environment's go before the repository's. Variables are no secrets and go to everybody; secrets
 * only to runs that are trusted.
 */
export async function environmentSettings(
  github: RepositoryClient,
  environment: string,
  common: JobSettings,
  opened: Pick<OpenedSecrets, "environments"> | undefined,
): Promise<JobSettings> {
  const name = Object.keys(opened?.environments ?? {}).find((one) => one.toLowerCase() === environment.toLowerCase());
  return {
    secrets: { ...common.secrets, ...(name === undefined ? {} : opened?.environments[name]) },
    variables: { ...common.variables, ...(await github.variables(environment)) },
  };
}
