import * as z from "zod";

import { appSchema, environmentSchema } from "./environment-schema.ts";

const { shape } = environmentSchema;
const app = appSchema.shape;
const names = z.record(z.string(), z.unknown()).catch({});

/** One app in a `Reading`. */
const AppReading = z.object({
  image: app.image.catch(undefined),
  channel: app.channel.catch(undefined),
  path: app.path.catch(""),
  replicas: app.replicas.catch(1),
  strategy: app.strategy.catch("Recreate"),
  env: names,
  secrets: names,
  files: names,
  volumes: z.record(z.string(), z.object({ path: z.string().catch("") }).catch({ path: "" })).catch({}),
  user: app.user.catch(undefined),
  root: app.root.catch(false),
});

const wellNamed = <Value>(apps: Record<string, Value>): Record<string, Value> =>
  Object.fromEntries(Object.entries(apps).filter(([name]) => shape.apps.keyType.safeParse(name).success));

/**
 * As much of a configuration as rules between keys look at. What is wrong in itself is as if it were not there, so that one
 * mistake does not hide another and makes up none.
 */
export const Reading = z.object({
  organization: shape.organization.catch("organization"),
  rancher: z.object({ project: z.string().catch("") }).catch({ project: "" }),
  registry: shape.registry.catch("ghcr.io"),
  registries: z.record(z.string(), z.object({ password: z.unknown() }).catch({ password: undefined })).catch({}),
  githubToken: z.unknown().optional(),
  githubApp: z.unknown().optional(),
  channel: shape.channel.catch("develop"),
  app: shape.app.catch(undefined),
  image: shape.image.catch(undefined),
  images: z.record(z.string(), z.string().optional().catch(undefined)).catch({}),
  apps: z
    .record(z.string(), AppReading.catch(AppReading.parse({ path: null })))
    .transform(wellNamed)
    .catch({}),
  quota: names,
});
/** See the schema of the same name. */
export type Reading = z.infer<typeof Reading>;
/** See the schema of the same name. */
export type AppReading = Reading["apps"][string];
