import { keyOf, nearestTo } from "../config.ts";
import { effective, ofEachPlace } from "./reading.ts";
import type { Rule } from "./reading.ts";

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

/** Rules about secrets, variables and the environments that have some of their own. */
export const secretRules: readonly Rule[] = [secretsKnown, variablesNamed, environmentsApart, buildSecretsThere];
