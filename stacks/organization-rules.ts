import * as z from "zod";

import { isRepository } from "../components/image.ts";
import { packageNames } from "../components/image-workflow.ts";
import { gateCheck, reusableWorkflows } from "../components/reusable-workflows.ts";
import { exposed, keyOf, nearestTo } from "./config.ts";
import type { ConfigProblem } from "./config.ts";
import { builtinBranches } from "./organization-defaults.ts";
import { entrySchema } from "./organization-schema.ts";

const texts = z.record(z.string(), z.string().catch("")).catch({});
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const optionalText = z.string().optional().catch(undefined);

const EntryReading = z.object({
  name: entrySchema.shape.name.catch(""),
  image: z.object({ name: optionalText }).optional().catch(undefined),
  images: listOf(z.object({ name: z.string().catch("") }).catch({ name: "" })),
  branches: z.object({ develop: optionalText, release: optionalText }).optional().catch(builtinBranches),
  checks: listOf(z.object({ name: z.string().catch("") }).catch({ name: "" })),
  secrets: texts.optional(),
  dependabotSecrets: texts.optional(),
  buildSecrets: listOf(z.string().catch("")),
  variables: texts.optional(),
  environments: z
    .record(z.string(), z.object({ secrets: texts.optional(), variables: texts.optional() }).catch({}))
    .catch({}),
  protection: z
    .object({ mode: optionalText, bypass: listOf(z.string().catch("")) })
    .catch({ mode: undefined, bypass: [] })
    .optional(),
});
type EntryReading = z.infer<typeof EntryReading>;

/** As much of a configuration as rules between keys look at. What is wrong in itself is as if it were not there. */
const Reading = z.object({
  githubToken: z.unknown().optional(),
  githubApp: z.unknown().optional(),
  defaults: z.record(z.string(), z.unknown()).catch({}),
  repositories: z.array(z.record(z.string(), z.unknown()).catch({})).catch([]),
  secrets: z.record(z.string(), z.unknown()).catch({}),
});
type Reading = z.infer<typeof Reading>;

/** A place where keys of an entry are written, and what is written there. */
interface Place {
  readonly path: readonly PropertyKey[];
  readonly written: EntryReading;
}

type Rule = (reading: Reading) => ConfigProblem[];

/** A rule that looks at what is written in one place. */
const ofEachPlace =
  (
    rule: (
      written: EntryReading,
      report: (path: readonly PropertyKey[], message: string) => void,
      reading: Reading,
    ) => void,
  ): Rule =>
  (reading) => {
    const places: Place[] = [
      { path: ["defaults"], written: EntryReading.parse(reading.defaults) },
      ...reading.repositories.map((entry, index) => ({
        path: ["repositories", index],
        written: EntryReading.parse(entry),
      })),
    ];
    return places.flatMap(({ path, written }) => {
      const problems: ConfigProblem[] = [];
      rule(written, (inner, message) => problems.push({ key: keyOf([...path, ...inner]), message }), reading);
      return problems;
    });
  };

/** Every entry as it counts, with the defaults. */
const effective = ({ defaults, repositories }: Reading): EntryReading[] =>
  repositories.map((entry) => EntryReading.parse({ ...defaults, ...entry }));

const oneCredential: Rule = ({ githubToken, githubApp }) => {
  if (githubToken === undefined && githubApp === undefined)
    return [
      {
        key: "githubToken",
        message:
          "is missing, and so is githubApp; set one: pulumi config set --secret githubToken, or githubApp with id, installationId and privateKey",
      },
    ];
  return githubToken === undefined || githubApp === undefined
    ? []
    : [{ key: "githubApp", message: "is there, and so is githubToken: keep one of the two" }];
};

const repositoriesOnce: Rule = ({ repositories }) => {
  const first = new Map<string, number>();
  return repositories.flatMap((entry, index) => {
    const { name } = EntryReading.parse(entry);
    const other = first.get(name.toLowerCase());
    if (name === "" || other === undefined) {
      first.set(name.toLowerCase(), index);
      return [];
    }
    return [
      {
        key: keyOf(["repositories", index, "name"]),
        message: `is "${name}", which repositories[${String(other)}] is too (GitHub ignores upper and lower case): remove one`,
      },
    ];
  });
};

const imagesOf = ({ name, image, images }: EntryReading) =>
  [image?.name ?? name.toLowerCase(), ...images.map((extra) => extra.name)].map((one) => ({
    name: one,
    arguments: {},
  }));

const packagesApart: Rule = (reading) => {
  const owners = new Map<string, { readonly index: number; readonly name: string }>();
  return effective(reading).flatMap((entry, index) => {
    const name = entry.name.toLowerCase();
    const packages = packageNames(imagesOf(entry), entry.branches ?? builtinBranches).filter((one) => one !== "");
    const taken = packages.find((one, position) => {
      const owner = owners.get(one)?.index ?? (packages.indexOf(one) < position ? index : undefined);
      // Two entries of one name have their own rule.
      return owner !== undefined && (owner === index || owners.get(one)?.name !== name);
    });
    const owner = taken === undefined ? undefined : (owners.get(taken)?.index ?? index);
    for (const one of packages) if (!owners.has(one)) owners.set(one, { index, name });
    return owner === undefined || taken === undefined
      ? []
      : [
          {
            key: keyOf(["repositories", index]),
            message: `would push the image "${taken}", which ${owner === index ? "it pushes already" : `repositories[${String(owner)}] pushes`}: give one another image name`,
          },
        ];
  });
};

const imageFromName: Rule = ({ repositories }) =>
  repositories.flatMap((entry, index) => {
    const { name, image } = EntryReading.parse(entry);
    return name === "" || image?.name !== undefined || isRepository(name.toLowerCase())
      ? []
      : [
          {
            key: keyOf(["repositories", index, "image"]),
            message: `is missing, and the repository's name "${name}" can be no image's: set image to a name of lower-case letters and digits, with single dots, underscores or dashes between them`,
          },
        ];
  });

const branchesApart = ofEachPlace(({ branches }, report) => {
  if (branches === undefined) return;
  if (branches.develop === undefined && branches.release === undefined)
    report(["branches"], "needs develop, release or both");
  else if (branches.develop === branches.release)
    report(
      ["branches", "develop"],
      `is "${branches.develop ?? ""}", and so is release: leave develop out where there is one branch`,
    );
});

const checksApart = ofEachPlace(({ checks }, report) => {
  const taken = new Set<string>();
  for (const [index, { name }] of checks.entries()) {
    const key = name.toLowerCase();
    const [job = ""] = key.split(" / ");
    if (name !== "" && taken.has(key)) report(["checks", index], `is "${name}", which is there already: remove it`);
    else if (key === gateCheck)
      report(["checks", index], `is "${name}", which is required without being listed: remove it`);
    else if (Object.hasOwn(reusableWorkflows, job))
      report(
        ["checks", index],
        `is "${name}", a job of the image workflow, which does not run for every pull request; its "${gateCheck}" is required already: remove it, or rename the repository's own job`,
      );
    taken.add(key);
  }
});

/** What is wrong with a name of a secret or a variable on GitHub (docs.github.com, "Naming your secrets"). */
function wrongName(name: string, names: readonly string[]): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name))
    return "must be a name of letters, digits and underscores that does not begin with a digit, as GitHub says";
  if (/^GITHUB_/i.test(name)) return "begins with GITHUB_, which GitHub keeps for itself: rename it";
  const other = names.slice(0, names.indexOf(name)).find((earlier) => earlier.toLowerCase() === name.toLowerCase());
  return other === undefined ? undefined : `is ${other} too: GitHub ignores upper and lower case; remove one`;
}

const secretsKnown = ofEachPlace((written, report, { secrets: stored }) => {
  const kinds: [PropertyKey[], Record<string, string> | undefined][] = [
    [["secrets"], written.secrets],
    [["dependabotSecrets"], written.dependabotSecrets],
    ...Object.entries(written.environments).map(
      ([name, { secrets }]): [PropertyKey[], Record<string, string> | undefined] => [
        ["environments", name, "secrets"],
        secrets,
      ],
    ),
  ];
  const known = Object.keys(stored);
  for (const [path, names = {}] of kinds)
    for (const [name, source] of Object.entries(names)) {
      const wrong = wrongName(name, Object.keys(names));
      if (wrong !== undefined) report([...path, name], wrong);
      else if (!known.includes(source)) report([...path, name], unknownSecret(name, source, known));
    }
});

/** What stands under another name than its own may be a value that was put in the wrong place: it does not show. */
function unknownSecret(name: string, source: string, known: readonly string[]): string {
  const guess = name === source ? nearestTo(name, known) : undefined;
  const fix =
    name === source
      ? `set it: pulumi config set --secret --path secrets.${name}`
      : `drover:secrets has ${known.length === 0 ? "none" : known.join(", ")}`;
  return `names a secret that drover:secrets lacks; ${guess === undefined ? fix : `did you mean ${guess}?`}`;
}

const variablesNamed = ofEachPlace((written, report) => {
  const kinds: [PropertyKey[], Record<string, string> | undefined][] = [
    [["variables"], written.variables],
    ...Object.entries(written.environments).map(
      ([name, { variables }]): [PropertyKey[], Record<string, string> | undefined] => [
        ["environments", name, "variables"],
        variables,
      ],
    ),
  ];
  for (const [path, all = {}] of kinds)
    for (const name of Object.keys(all)) {
      const wrong = wrongName(name, Object.keys(all));
      if (wrong !== undefined) report([...path, name], wrong);
    }
});

const environmentsApart = ofEachPlace(({ environments }, report) => {
  const names = Object.keys(environments);
  for (const [index, name] of names.entries()) {
    const other = names.slice(0, index).find((earlier) => earlier.toLowerCase() === name.toLowerCase());
    if (other !== undefined)
      report(["environments", name], `is ${other} too: GitHub ignores upper and lower case; remove one`);
  }
});

const buildSecretsThere: Rule = (reading) =>
  effective(reading).flatMap(({ buildSecrets, secrets = {} }, index) =>
    buildSecrets.flatMap((name) =>
      name === "" || Object.hasOwn(secrets, name)
        ? []
        : [
            {
              key: keyOf(["repositories", index, "buildSecrets"]),
              message: `names "${name}", which is none of the repository's secrets${Object.keys(secrets).length === 0 ? "" : ` ${Object.keys(secrets).join(", ")}`}: add it to secrets`,
            },
          ],
    ),
  );

const classicActors = ofEachPlace(({ protection }, report) => {
  if (protection?.mode !== "classic") return;
  for (const [index, name] of protection.bypass.entries())
    if (name !== "" && !/^(?:team|user):/.test(name))
      report(
        ["protection", "bypass", index],
        `is "${name}", and classic protection lets only teams and users by: remove it, or use rulesets`,
      );
});

const rules: readonly Rule[] = [
  oneCredential,
  repositoriesOnce,
  imageFromName,
  packagesApart,
  branchesApart,
  checksApart,
  secretsKnown,
  variablesNamed,
  environmentsApart,
  buildSecretsThere,
  classicActors,
];

/**
 * What is wrong between the keys of the configuration, whatever else is wrong with them.
 *
 * @param raw the configuration with its JSON parsed and short forms made long
 * @param secretKeys keys that are encrypted, in whole or in part
 */
export function organizationProblems(
  raw: Readonly<Record<string, unknown>>,
  secretKeys: ReadonlySet<string>,
): ConfigProblem[] {
  const reading = Reading.parse(raw);
  const open = [
    ...(reading.githubToken === undefined ? [] : [["githubToken", "githubToken"] as const]),
    ...(reading.githubApp === undefined ? [] : [["githubApp", "githubApp.privateKey"] as const]),
    ...Object.keys(reading.secrets).map((name) => ["secrets", keyOf(["secrets", name])] as const),
  ].filter(([key]) => !secretKeys.has(key));
  return [...rules.flatMap((rule) => rule(reading)), ...open.map(([, key]) => exposed(key))];
}
