import { readFileSync } from "node:fs";

import * as z from "zod";

import { RegistrySettings } from "./packages/registry.ts";
import { SeedOrganization } from "./seed-schema.ts";

const ConfigFile = z.strictObject({
  /** Where it listens on 127.0.0.1. */
  port: z.int().min(1).max(65535),
  /** The folder with all that it knows. */
  folder: z.string().min(1),
  /** Opens `/_emulator`. */
  adminToken: z.string().min(16),
  /** What it begins with; what is there already stays. */
  organization: SeedOrganization,
  /** The registries whose images are its packages. */
  registries: z.array(RegistrySettings).default([]),
});

/** What the GitHub stand-in is told at its start. */
export type Config = z.input<typeof ConfigFile>;

/**
 * Reads the config file.
 * @throws Error that names every wrong key; it never shows a value, since some are secret
 */
export function readConfig(file: string): z.output<typeof ConfigFile> {
  const parsed = ConfigFile.safeParse(JSON.parse(readFileSync(file, "utf8")), { reportInput: false });
  if (!parsed.success)
    throw new Error(`${file} is not a config of the GitHub stand-in:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
