import * as pulumi from "@pulumi/pulumi";

import { formatImage, pullRequestOf } from "../components/image.ts";
import { registryProvider, resolveDigest } from "../components/image-digest.ts";
import type { PinnedImage } from "../components/image-digest.ts";
import { RancherEnvironment } from "../components/rancher-environment.ts";
import { RancherWorkload } from "../components/rancher-workload.ts";
import type { RegistryAccess } from "../components/registry-client.ts";
import { readEnvironment } from "./config.ts";
import type { Environment } from "./config.ts";
import { checkRancher } from "./preflight.ts";
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

/** A stack that is one environment: everything of it that Rancher runs. */
export async function environmentStack(): Promise<{ apps: pulumi.Output<Record<string, AppOutput>> }> {
  const environment = readEnvironment();
  const { rancher, rancherToken: token } = environment;
  const registries = registriesOf(environment);
  const provider = registryProvider("registries", registries, {});
  const [unreachable, images] = await Promise.all([
    checkRancher({ ...rancher, token }),
    resolveAll(environment, registries, provider),
  ]);
  const problems = [...(unreachable === undefined ? [] : [unreachable]), ...images.problems];
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));

  const stack = pulumi.getStack();
  const place = new RancherEnvironment(stack, {
    ...rancher,
    namespace: environment.namespace ?? stack,
    token: pulumi.secret(token),
    quota: environment.quota,
    registries,
  });
  const { hostname, origin } = addressOf(environment);
  const outputs: Record<string, AppOutput> = {};
  for (const [name, { written, image }] of images.pinned) {
    const app = environment.apps[name];
    if (app === undefined) continue;
    new RancherWorkload(
      name,
      {
        app,
        written,
        image,
        namespace: place.namespace,
        pullSecrets: place.pullSecrets,
        host: hostname,
        tlsSecret: environment.tlsSecret,
        ingressClass: environment.ingressClass,
        transform: transforms[name],
      },
      { providers: { kubernetes: place.kubernetes } },
    );
    const pullRequest = pullRequestOf(image.tag);
    outputs[name] = {
      image: written,
      reference: formatImage(image),
      ...(image.tag === undefined ? {} : { tag: image.tag }),
      digest: image.digest,
      ...(pullRequest === undefined ? {} : { pullRequest }),
      address: origin + app.path,
    };
  }
  return { apps: pulumi.output(outputs) };
}

/** Every registry that the environment pulls from, with what the configuration says of it. */
function registriesOf(environment: Environment): RegistryAccess[] {
  const hosts = new Set([
    ...Object.keys(environment.registries),
    ...[...environment.selected.values()].map(({ reference }) => reference.registry),
  ]);
  return [...hosts].sort().map((host) => {
    const { http = false, username, password } = environment.registries[host] ?? {};
    return { host, http, account: username === undefined || password === undefined ? undefined : { username, password } };
  });
}

/** Digests of all images, asked for at once; or everything that is wrong with them. */
async function resolveAll(
  { selected }: Environment,
  registries: readonly RegistryAccess[],
  provider: ReturnType<typeof registryProvider>,
) {
  const problems: string[] = [];
  const pinned = new Map<string, { written: string; image: PinnedImage }>();
  await Promise.all(
    [...selected].map(async ([app, { written, reference }]) => {
      const access = registries.find(({ host }) => host === reference.registry) ?? { host: reference.registry, http: false };
      try {
        pinned.set(app, { written, image: await resolveDigest(reference, access, provider) });
      } catch (error) {
        problems.push(`App ${app}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
  return { pinned: new Map([...pinned].sort(([a], [b]) => (a < b ? -1 : 1))), problems: problems.sort() };
}

/** The environment's host as an Ingress takes it, and as a browser does. */
export function addressOf({ host, tlsSecret }: Pick<Environment, "host" | "tlsSecret">): { hostname: string; origin: string } {
  const scheme = tlsSecret === undefined ? "http" : "https";
  const { hostname, origin } = new URL(host.includes("://") ? host : `${scheme}://${host}`);
  return { hostname, origin };
}
