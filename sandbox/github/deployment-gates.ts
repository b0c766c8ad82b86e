import type { Deployment, Repository } from "./model.ts";

/** A job of a workflow's run that waits for the reviewers of its environment. */
export interface WaitingJob {
  readonly repositoryId: number;
  readonly run: number;
  readonly environmentId: number;
  readonly deployment: Deployment;
  /** Who caused the run. */
  readonly actor: string;
}

/** What a reviewer said. */
export interface Review {
  readonly state: "approved" | "rejected";
  readonly reviewer: string;
  readonly comment: string;
}

/**
 * The jobs that wait, in memory: a run ends with the stand-in, and so does its waiting. Only reviewers end it: what administrators may bypass on
 * GitHub's pages, and wait timers, are not modelled.
 */
export class DeploymentGates {
  readonly #waiting = new Set<WaitingJob>();
  /** By deployment; kept once decided, as nobody may have asked yet. */
  readonly #reviews = new Map<number, PromiseWithResolvers<Review>>();

  /** Those of a run, oldest first. */
  of(repository: Repository, run: number): readonly WaitingJob[] {
    return [...this.#waiting].filter((job) => job.repositoryId === repository.id && job.run === run);
  }

  /** Lets a job wait. */
  add(job: WaitingJob): void {
    this.#waiting.add(job);
    this.#reviews.set(job.deployment.id, Promise.withResolvers());
  }

  /** What becomes of a job; undefined where none waits, or waited, for this deployment. */
  review(deployment: number): Promise<Review> | undefined {
    return this.#reviews.get(deployment)?.promise;
  }

  /** Ends the waiting of a job. */
  decide(job: WaitingJob, review: Review): void {
    this.#waiting.delete(job);
    this.#reviews.get(job.deployment.id)?.resolve(review);
  }

  /** Forgets a job whose run was cancelled. */
  forget(deployment: number): void {
    for (const job of this.#waiting) if (job.deployment.id === deployment) this.#waiting.delete(job);
    this.#reviews.delete(deployment);
  }
}
