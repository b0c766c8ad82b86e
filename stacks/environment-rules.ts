import { selectImages } from "../components/environment-images.ts";
import { claimName, fileKey, filesVolume } from "../components/workload-manifests.ts";
import type { ConfigProblem } from "./config.ts";
import { exposed, keyOf } from "./config.ts";
import { Reading } from "./environment-reading.ts";
import type { AppReading } from "./environment-reading.ts";
import { secretCredentials, twoCredentials } from "./github-schema.ts";

type Rule = (reading: Reading) => ConfigProblem[];

/** A rule that looks at each app alone; its keys are below the app's. */
const ofEachApp =
  (rule: (app: AppReading, report: (path: readonly string[], message: string) => void) => void): Rule =>
  ({ apps }) =>
    Object.entries(apps).flatMap(([name, reading]) => {
      const problems: ConfigProblem[] = [];
      rule(reading, (path, message) => problems.push({ key: keyOf(["apps", name, ...path]), message }));
      return problems;
    });

const variablesOnce = ofEachApp(({ env, secrets }, report) => {
  // The key is the secret's, because nobody may see what stands under the other.
  for (const name of Object.keys(secrets))
    if (Object.hasOwn(env, name)) report(["secrets", name], "is in env too: keep one of the two");
});

const filesApart = ofEachApp(({ files, volumes }, report) => {
  if (Object.hasOwn(volumes, filesVolume))
    report(["volumes", filesVolume], "is the name of the volume that holds files: choose another");
  const keys = Object.keys(files).map(fileKey);
  if (new Set(keys).size < keys.length)
    report(
      ["files"],
      "has two paths that differ only in characters other than letters, digits, dots and dashes: rename one",
    );
});

const mountsApart = ofEachApp(({ files, volumes }, report) => {
  const taken = new Set(Object.keys(files));
  for (const [name, { path }] of Object.entries(volumes)) {
    if (path !== "" && taken.has(path))
      report(
        ["volumes", name, "path"],
        `is "${path}", where another volume or a file of the app is mounted: choose another`,
      );
    taken.add(path);
  }
});

const oneWriter = ofEachApp(({ volumes, strategy, replicas }, report) => {
  if (Object.keys(volumes).length > 0 && (strategy !== "Recreate" || replicas > 1))
    report(
      ["volumes"],
      "need strategy: Recreate and at most one replica, because a volume belongs to one pod at a time",
    );
});

const rootOrUser = ofEachApp(({ root, user }, report) => {
  if (root && user !== undefined)
    report(["user"], `is ${String(user)}, which contradicts root: true: keep one of the two`);
});

const pathsApart: Rule = ({ apps }) =>
  repeated(
    Object.entries(apps).flatMap(([name, { path }]) =>
      path === "" ? [] : [[path.replace(/\/+$/, ""), name] as const],
    ),
  ).map(([path, name, first]) => ({
    key: keyOf(["apps", name, "path"]),
    message: `is "${path}/", which is the path of the app ${first} too: choose another`,
  }));

const claimsApart: Rule = ({ apps }) =>
  repeated(
    Object.entries(apps).flatMap(([name, { volumes }]) =>
      Object.keys(volumes).map(
        (volume) => [claimName(name, volume), keyOf(["apps", name, "volumes", volume])] as const,
      ),
    ),
  ).map(([claim, key, first]) => ({
    key,
    message: `would have the volume claim ${claim}, which ${first} has: rename one`,
  }));

/** What has a value that another had before: value, name, and the name of the first. */
function repeated(all: readonly (readonly [value: string, name: string])[]): [string, string, string][] {
  const first = new Map<string, string>();
  return all.flatMap(([value, name]): [string, string, string][] => {
    const other = first.get(value);
    if (other === undefined) first.set(value, name);
    return other === undefined ? [] : [[value, name, other]];
  });
}

const ownProject: Rule = ({ rancher, quota }) =>
  rancher.project.includes(":") && quota["project"] !== undefined
    ? [
        {
          key: "quota.project",
          message: `is for a project that is made here, and rancher.project, "${rancher.project}", exists already: remove one of the two`,
        },
      ]
    : [];

const knownImages: Rule = (reading) => {
  const images = Object.fromEntries(
    Object.entries(reading.images).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
  return [...selectImages({ ...reading, images }).problems];
};

const rules: readonly Rule[] = [
  variablesOnce,
  filesApart,
  mountsApart,
  oneWriter,
  rootOrUser,
  pathsApart,
  claimsApart,
  ownProject,
  twoCredentials,
  knownImages,
];

/** Values that belong encrypted and are not. */
function exposedSecrets({ apps, registries }: Reading, secretKeys: ReadonlySet<string>): ConfigProblem[] {
  const inApps = Object.entries(apps).flatMap(([name, { secrets }]) =>
    Object.keys(secrets).map((secret) => keyOf(["apps", name, "secrets", secret])),
  );
  const inRegistries = Object.entries(registries).flatMap(([host, { password }]) =>
    password === undefined ? [] : [keyOf(["registries", host, "password"])],
  );
  return [...(secretKeys.has("apps") ? [] : inApps), ...(secretKeys.has("registries") ? [] : inRegistries)].map(
    exposed,
  );
}

/**
 * What is wrong between the keys of an environment's configuration, whatever else is wrong with them.
 *
 * @param raw the configuration with its JSON parsed
 * @param secretKeys keys that are encrypted, in whole or in part
 */
export function problemsBetweenKeys(
  raw: Readonly<Record<string, unknown>>,
  secretKeys: ReadonlySet<string>,
): ConfigProblem[] {
  const reading = Reading.parse(raw);
  const tokenShows = typeof raw["rancherToken"] === "string" && !secretKeys.has("rancherToken");
  // Without apps that can be read, every word on images would be a consequence of that.
  const hasApps = typeof raw["apps"] === "object";
  return [
    ...rules.filter((rule) => hasApps || rule !== knownImages).flatMap((rule) => rule(reading)),
    ...(tokenShows ? [exposed("rancherToken")] : []),
    ...secretCredentials(reading).flatMap(([key, part]) => (secretKeys.has(key) ? [] : [exposed(part)])),
    ...exposedSecrets(reading, secretKeys),
  ];
}
