import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";

import { webUrl } from "./github-access.ts";
import type { GitHubAccess } from "./github-access.ts";
import { GitHubClient } from "./github-client.ts";
import { GitHubFailure } from "./github-failure.ts";
import { formatImage, parseImage } from "./image.ts";
import type { PinnedImage } from "./image-digest.ts";
import { originOf, readLabels } from "./image-labels.ts";
import { reasonOf } from "./registry-client.ts";
import type { RegistryAccess } from "./registry-client.ts";

/** What deployments to one environment are recorded with. */
export interface DeploymentLogArgs {
  readonly github: GitHubAccess;
  /** Images of other organizations' repositories are not recorded. */
  readonly organization: string;
  /** The environment's name on GitHub. */
  readonly environment: string;
  /** Who deploys, where the token does not tell. */
  readonly actor: string;
  readonly registries: readonly RegistryAccess[];
  /** Where an app is served. */
  readonly addressOf: (app: string) => string;
}

/** What is needed of a Deployment. */
const HookInputs = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string(), image: z.string() })) }),
    }),
  }),
});

const Recorded = z.looseObject({
  id: z.int(),
  payload: z
    .looseObject({
      image: z.string().optional(),
      digest: z.string().optional(),
      app: z.string().optional(),
    })
    // Others may record what they like.
    .catch({}),
});
type Recorded = z.infer<typeof Recorded>;

/** How many deployments end with a new one at most: the requests of the first one after many that only gave tags. */
const maximumEnded = 20;

/**
 * Records on GitHub what runs in an environment: a deployment of the commit that the image was built from, in the repository that it was
 * built in, so that pull requests show it and clean-up keeps the image. Nothing that goes wrong here fails an update, which is done by then.
 *
 * Earlier deployments of the same app to the environment become inactive. GitHub's `auto_inactive` would do that to every app's of the
 * repository, and to none in production (docs.github.com, "Create a deployment status").
 */
export class DeploymentLog {
  /** Runs after a rollout. */
  readonly hook: pulumi.ResourceHook;
  readonly #args: DeploymentLogArgs;

  constructor(args: DeploymentLogArgs) {
    this.#args = args;
    this.hook = new pulumi.ResourceHook("deployment-recorded", async ({ name, newInputs, oldInputs }) => {
      try {
        await this.#record(name, imageOf(name, newInputs), oldInputs === undefined);
      } catch (error) {
        await pulumi.log.warn(`App ${name} runs, but GitHub has no record of it: ${this.#described(error)}`);
      }
    });
  }

  #described(error: unknown): string {
    if (!(error instanceof GitHubFailure)) return `${reasonOf(error)}; ${later}`;
    if (error.status === 401) return error.reason;
    if ((error.status !== 403 && error.status !== 404) || error.limited) return `${error.reason}; ${later}`;
    return `${error.reason}; deployments need write access to the repository, and of a fine-grained token or App the permission Deployments: Read and write; ${later}`;
  }

  /** @param isNew whether the Deployment is: else what GitHub knows already is not recorded again */
  async #record(app: string, image: PinnedImage, isNew: boolean): Promise<void> {
    const { github, organization, environment, actor, addressOf } = this.#args;
    const access = this.#args.registries.find(({ host }) => host === image.registry);
    const labels = await readLabels(access ?? { host: image.registry, http: false }, image);
    const origin = originOf(labels, webUrl(github), organization);
    if (origin === undefined) {
      await pulumi.log.info(
        `App ${app}: its image names no commit of a repository of ${organization} as its source, so GitHub gets no record of it`,
      );
      return;
    }
    const client = await GitHubClient.open(github);
    const at = { owner: organization, repo: origin.repository };
    const { body } = await client.rest("GET /repos/{owner}/{repo}/deployments", { ...at, environment, per_page: 100 });
    const earlier = parsed(client, z.array(Recorded), body);
    const last = earlier.findIndex(({ payload }) => payload.app === app);
    if (!isNew && earlier[last]?.payload.digest === image.digest) return;

    const { digest, ...tagged } = image;
    const made = await client.rest("POST /repos/{owner}/{repo}/deployments", {
      ...at,
      ...{ ref: origin.commit, environment, task: "deploy", auto_merge: false, required_contexts: [] },
      production_environment: environment === "prod",
      description: `${image.tag ?? digest} as ${app} by ${actor}`.slice(0, 140),
      payload: { image: formatImage(tagged), digest, app, actor },
    });
    const status = (id: number, state: object) =>
      client.rest("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
        ...{ ...at, deployment_id: id, ...state },
      });
    const success = { state: "success", environment_url: addressOf(app), auto_inactive: false };
    await status(parsed(client, Recorded, made.body).id, success);
    for (const { id } of endedBy(app, image, last < 0 ? earlier : earlier.slice(0, last + 1)))
      await status(id, { state: "inactive" });
  }
}

/** When what could not be recorded is: GitHub is asked on every update of an app what it knows. */
const later = "once that is mended, the app's next update records it";

function parsed<Value>(client: GitHubClient, schema: z.ZodType<Value>, body: unknown): Value {
  const { success, data } = schema.safeParse(body);
  if (!success) throw client.strange();
  return data;
}

/** The image that a Deployment's container of the app runs. */
function imageOf(app: string, deployment: unknown): PinnedImage {
  const { containers } = HookInputs.parse(deployment).spec.template.spec;
  const { image = "" } = containers.find(({ name }) => name === app) ?? {};
  const { registry, repository, digest, ...rest } = parseImage(image);
  if (registry === undefined || repository === undefined || digest === undefined)
    throw new Error(`its image "${image}" lacks registry, name or digest`);
  return { ...rest, registry, repository, digest };
}

/** Of deployments, the newest first: the app's own, and those that only gave its image an environment's tag. */
const endedBy = (app: string, { registry, repository }: PinnedImage, earlier: readonly Recorded[]): Recorded[] =>
  earlier
    .filter(
      ({ payload }) =>
        payload.app === app ||
        (payload.app === undefined && payload.image?.startsWith(`${registry}/${repository}:`) === true),
    )
    .slice(0, maximumEnded);
