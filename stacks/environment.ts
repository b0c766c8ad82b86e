import * as pulumi from "@pulumi/pulumi";

import { formatImage, pullRequestOf } from "../components/image.ts";
import { registryProvider, resolveDigest } from "../components/image-digest.ts";
import type { PinnedImage } from "../components/image-digest.ts";
import { ownObjects } from "../components/own-objects.ts";
import { RancherEnvironment } from "../components/rancher-environment.ts";
import { RancherWorkload } from "../components/rancher-workload.ts";
import type { RegistryAccess } from "../components/registry-client.ts";
import { deploymentHooks } from "./deployment-hooks.ts";
import { readEnvironment } from "./environment-config.ts";
import type { Environment } from "./environment-config.ts";
import { checkGitHub, checkRancher } from "./preflight.ts";
import { transforms } from "./transforms.ts";

/** One app of the stack's output `apps`. */
export interface AppOutput {
  /** As the configuration has it. */
  readonly image: string;
  /** In full, with the digest: what the pods run. */
  readonly reference: string;
  readonly tag?: string;
  readonly digest: string;
  readonly pullRequest?: number;
  readonly address: string;
}

/** An app's image as the configuration has it, and with its digest. */
export interface ResolvedImage {
  readonly written: string;
  readonly image: PinnedImage;
}

/**
 * A stack that is one environment: everything of it that Rancher runs.
 *
 * @throws RunError that lists what is wrong with the configuration, or with Rancher and the images; nothing has been attempted then
 */
export async function environmentStack(): Promise<{ apps: Record<string, pulumi.Output<AppOutput>> }> {
  const environment = readEnvironment();
  const registries = registriesOf(environment);
  const provider = registryProvider("registries", registries, {});
  const [unreachable, refused, images] = await Promise.all([
    checkRancher({ ...environment.rancher, token: environment.rancherToken }),
    environment.records && checkGitHub(environment.records, environment.organization),
    resolveAll(environment, registries, provider),
  ]);
  const problems = [unreachable, refused, ...images.problems].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
  return { apps: declareEnvironment(pulumi.getStack(), environment, registries, images.resolved) };
}

/** Declares an environment's resources. Asks nobody anything. */
export function declareEnvironment(
  stack: string,
  environment: Environment,
  registries: readonly RegistryAccess[],
  images: ReadonlyMap<string, ResolvedImage>,
): Record<string, pulumi.Output<AppOutput>> {
  const { tlsSecret, ingressClass } = environment;
  const place = new RancherEnvironment(stack, {
    ...environment.rancher,
    namespace: environment.namespace ?? stack,
    token: pulumi.secret(environment.rancherToken),
    quota: environment.quota,
    registries,
  });
  const { hostname, origin } = addressOf(environment);
  const hooks = deploymentHooks(stack, environment, registries, origin);
  const beforeCreate = ownObjects({ ...environment.rancher, token: environment.rancherToken });
  const declare = (name: string, { written, image }: ResolvedImage): [string, pulumi.Output<AppOutput>][] => {
    const app = environment.apps[name];
    if (app === undefined) return [];
    const { namespace, pullSecrets, kubernetes } = place;
    const args = {
      app,
      written,
      image,
      namespace,
      hooks,
      beforeCreate,
      pullSecrets,
      host: hostname,
      tlsSecret,
      ingressClass,
      transform: transforms[name],
    };
    const { deployment } = new RancherWorkload(name, args, { providers: { kubernetes } });
    // Known only once the rollout has succeeded: after one that failed, the outputs still say what serves.
    return [[name, deployment.urn.apply(() => outputOf(written, image, origin + app.path))]];
  };
  return Object.fromEntries([...images].flatMap(([name, image]) => declare(name, image)));
}

function outputOf(written: string, image: PinnedImage, address: string): AppOutput {
  const pullRequest = pullRequestOf(image.tag);
  return {
    image: written,
    reference: formatImage(image),
    ...(image.tag === undefined ? {} : { tag: image.tag }),
    digest: image.digest,
    ...(pullRequest === undefined ? {} : { pullRequest }),
    address,
  };
}

/** Every registry that the environment pulls from, with what the configuration says of it. */
export function registriesOf(environment: Environment): RegistryAccess[] {
  const hosts = new Set([
    ...Object.keys(environment.registries),
    ...[...environment.selected.values()].map(({ reference }) => reference.registry),
  ]);
  return [...hosts].sort().map((host) => {
    const { http = false, username, password } = environment.registries[host] ?? {};
    return {
      host,
      http,
      account: username === undefined || password === undefined ? undefined : { username, password },
    };
  });
}

/** Digests of all images, asked for at once; or everything that is wrong with them. */
async function resolveAll(
  { selected }: Environment,
  registries: readonly RegistryAccess[],
  provider: ReturnType<typeof registryProvider>,
) {
  const problems: string[] = [];
  const resolved = new Map<string, ResolvedImage>();
  await Promise.all(
    [...selected].map(async ([app, { written, reference }]) => {
      const access = registries.find(({ host }) => host === reference.registry) ?? {
        host: reference.registry,
        http: false,
      };
      try {
        resolved.set(app, { written, image: await resolveDigest(reference, access, provider) });
      } catch (error) {
        problems.push(`App ${app}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return { resolved: new Map([...resolved].sort(([a], [b]) => (a < b ? -1 : 1))), problems: problems.sort() };
}

/** The environment's host as an Ingress takes it, and as a browser does. */
export function addressOf({ host, tlsSecret }: Pick<Environment, "host" | "tlsSecret">): {
  hostname: string;
  origin: string;
} {
  const scheme = tlsSecret === undefined ? "http" : "https";
  const { hostname, origin } = new URL(host.includes("://") ? host : `${scheme}://${host}`);
  return { hostname, origin };
}
