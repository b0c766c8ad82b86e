import * as z from "zod";

import { isRegistry, isRepository, maximumName } from "../components/image.ts";
import { githubKeys } from "./github-schema.ts";
import { count, flag, organization, quoteHint, registryHost, secret, text } from "./schema-rules.ts";

/**
 * The configuration of an environment's stack, key by key below `drover:`; the README's table says the same to people.
 * Messages state the rule and how to keep it; `stacks/config.ts` puts key and value before them. Rules between keys: `stacks/environment-rules.ts`.
 */
const dnsLabel = (what: string) =>
  text(
    `must be ${what}: lower-case letters, digits and dashes, beginning with a letter, as in narrative`,
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    53,
  );
const absolutePath = text("must be an absolute path, as in /services/auth", /^\/[^\s?#]*$/, 1024);
/** The pieces rule out what no key of a ConfigMap can stand for (Kubernetes, "ConfigMaps": letters, digits, `-`, `_` and `.`, at most 253). */
const filePath = text(
  "must be the absolute path of a file, without . and .., as in /etc/app/config.ini",
  /^(\/(?!\.\.|\.(\/|$))[^\s?#/]+)+$/,
);
/** YAML reads `cpu: 2` as a number, and `pulumi config set` writes it so. */
const quantity = z.preprocess(
  (amount) => (typeof amount === "number" ? String(amount) : amount),
  text("must be a Kubernetes quantity, as in 500m, 2 or 512Mi", /^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/),
);
const variable = text(
  "must be the name of an environment variable: letters, digits and underscores, as in LOG_LEVEL",
  /^[A-Za-z_][A-Za-z0-9_]*$/,
);
const value = z
  .union([z.string(), z.boolean(), z.int()], { error: "must be text, a whole number, true or false" })
  .transform(String);
/** An object that may have each of some keys, with quantities; what comes out has no undefined values. */
const amounts = (...keys: readonly string[]) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, quantity.optional()]))).transform(withoutUndefined);
const withoutUndefined = (all: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).flatMap(([key, amount]) => (amount === undefined ? [] : [[key, amount]])));

/** What Rancher's resource quotas can limit. */
const quotaKeys = [
  "configMaps",
  "limitsCpu",
  "limitsMemory",
  "persistentVolumeClaims",
  "pods",
  "replicationControllers",
  "requestsCpu",
  "requestsMemory",
  "requestsStorage",
  "secrets",
  "services",
  "servicesLoadBalancers",
  "servicesNodePorts",
];

const volume = z.strictObject({
  path: absolutePath,
  size: quantity,
  storageClass: dnsLabel("a storage class").optional(),
});
const resources = z.strictObject({
  requests: amounts("cpu", "memory").optional(),
  limits: amounts("cpu", "memory").optional(),
});

const channel = z.enum(["develop", "release"], { error: "must be develop or release" });

/** All keys of one app. */
export const appSchema = z.strictObject({
  image: z
    .string({ error: `must be text${quoteHint}` })
    .refine(
      isImageName,
      "must be an image's name without a tag, in lower case, as in jobrunner or quay.io/other/jobrunner",
    )
    .optional(),
  channel: channel.optional(),
  port: count(1, 65535, "a port"),
  path: absolutePath.default("/"),
  health: absolutePath.optional(),
  replicas: count(0, 1000, "how many pods run").default(1),
  strategy: z
    .enum(["RollingUpdate", "Recreate"], { error: "must be RollingUpdate or Recreate" })
    .default("RollingUpdate"),
  deadline: count(10, 3600, "the rollout's deadline in seconds").default(120),
  command: z.array(z.string()).min(1).optional(),
  args: z.array(z.string()).min(1).optional(),
  env: z.record(variable, value).default({}),
  secrets: z.record(variable, secret).default({}),
  files: z.record(filePath, z.string({ error: "must be the file's text" })).default({}),
  volumes: z.record(dnsLabel("a volume's name"), volume).default({}),
  resources: resources.optional(),
  pullPolicy: z.enum(["IfNotPresent", "Always"], { error: "must be IfNotPresent or Always" }).default("IfNotPresent"),
  user: count(1, 2147483647, "a user id above 0").optional(),
  root: flag.default(false),
});

/** Whether a text is an image's name without a tag: `jobrunner`, `other/jobrunner` or `quay.io/other/jobrunner`. */
function isImageName(name: string): boolean {
  const slash = name.indexOf("/");
  const hasRegistry = slash > 0 && isRegistry(name.slice(0, slash));
  return name.length <= maximumName && isRepository(hasRegistry ? name.slice(slash + 1) : name);
}

const httpsUrl = (rule: string) =>
  z.string({ error: "must be text" }).refine((url) => /^https:\/\/[^\s/?#@]+\/?$/.test(url) && URL.canParse(url), rule);
const registry = z
  .strictObject({
    username: secret.optional(),
    password: secret.optional(),
    http: flag.default(false),
  })
  .refine(
    (it) => (it.username === undefined) === (it.password === undefined),
    "needs both username and password, or neither",
  );

/** All keys of an environment's stack. */
export const environmentSchema = z.strictObject({
  organization,
  rancher: z.strictObject({
    url: httpsUrl("must be Rancher's address without a path, as in https://rancher.example.org"),
    ca: text(
      "must be certificates in PEM, with their BEGIN and END lines",
      /-----BEGIN CERTIFICATE-----/,
      1_000_000,
    ).optional(),
    cluster: text(
      "must be the cluster's id in Rancher, as in c-m-abc12345 or local",
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    ),
    project: text(
      "must be a name, or the id of a project that exists, as in appdev or c-m-abc12345:p-xyz12",
      /^[^\s:/]+(:p-[a-z0-9]+)?$/,
    ),
  }),
  ...githubKeys,
  rancherToken: z
    .string({ error: "must be text" })
    .regex(/^[^\s:]+:[^\s:]+$/, "must be the bearer token of a Rancher API key, as in token-abc12:…"),
  namespace: dnsLabel("a namespace").optional(),
  host: text(
    "must be the environment's host name, with http:// or https:// and a port where it needs them, as in appdev.example.org",
    /^(https?:\/\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(:\d{1,5})?$/,
  ),
  tlsSecret: dnsLabel("the name of a Secret").optional(),
  ingressClass: dnsLabel("an ingress class").optional(),
  registry: registryHost.default("ghcr.io"),
  registries: z.record(registryHost, registry).default({}),
  channel,
  app: z.string().optional(),
  image: z.string({ error: `must be text${quoteHint}` }).optional(),
  images: z.record(z.string(), z.string({ error: `must be text${quoteHint}` })).default({}),
  apps: z.record(dnsLabel("an app's name"), appSchema),
  quota: z
    .strictObject({
      project: amounts(...quotaKeys).optional(),
      namespace: amounts(...quotaKeys).optional(),
      container: amounts("limitsCpu", "limitsMemory", "requestsCpu", "requestsMemory").optional(),
    })
    .optional(),
});

/** An environment's configuration, parsed and complete with defaults. */
export type EnvironmentConfig = z.infer<typeof environmentSchema>;
