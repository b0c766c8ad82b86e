import * as z from "zod";

import { mustPulumi } from "./engine/pulumi.ts";
import { organizationStack } from "./engine/stacks.ts";
import type { Layout } from "./world/layout.ts";

const Apps = z.record(
  z.string(),
  z.looseObject({
    image: z.string(),
    reference: z.string(),
    digest: z.string(),
    tag: z.string().optional(),
    address: z.string(),
  }),
);

/** An environment stack's output `apps`: what runs there. */
export type DeployedApps = z.infer<typeof Apps>;

async function outputsOf(layout: Layout, stack: string): Promise<unknown> {
  return JSON.parse(await mustPulumi(layout, ["stack", "output", "--json", "--stack", stack]));
}

/** What an environment says that it runs; nothing before its first update. */
export async function deployedApps(layout: Layout, stack: string): Promise<DeployedApps> {
  return z.looseObject({ apps: Apps.default({}) }).parse(await outputsOf(layout, stack)).apps;
}

/** The names of the repositories that the organization's stack has onboarded; none before its first update. */
export async function onboardedRepositories(layout: Layout): Promise<string[]> {
  const Organization = z.looseObject({ repositories: z.record(z.string(), z.unknown()).default({}) });
  return Object.keys(Organization.parse(await outputsOf(layout, organizationStack)).repositories);
}
