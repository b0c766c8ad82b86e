import * as z from "zod";

import { keyOf } from "../config.ts";
import type { ConfigProblem } from "../config.ts";
import { builtinBranches } from "../organization-defaults.ts";
import { entrySchema } from "../organization-schema.ts";

const texts = z.record(z.string(), z.string().catch("")).catch({});
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const optionalText = z.string().optional().catch(undefined);

/** One entry, or the defaults. */
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
/** See the schema of the same name. */
export type EntryReading = z.infer<typeof EntryReading>;

/** As much of a configuration as rules between keys look at. What is wrong in itself is as if it were not there. */
export const Reading = z.object({
  githubToken: z.unknown().optional(),
  githubApp: z.unknown().optional(),
  defaults: z.record(z.string(), z.unknown()).catch({}),
  repositories: z.array(z.record(z.string(), z.unknown()).catch({})).catch([]),
  secrets: z.record(z.string(), z.unknown()).catch({}),
});
/** See the schema of the same name. */
export type Reading = z.infer<typeof Reading>;

/** A place where keys of an entry are written, and what is written there. */
interface Place {
  readonly path: readonly PropertyKey[];
  readonly written: EntryReading;
}

/** A rule between keys: what breaks it. */
export type Rule = (reading: Reading) => ConfigProblem[];

/** A rule that looks at what is written in one place. */
export const ofEachPlace =
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
export const effective = ({ defaults, repositories }: Reading): EntryReading[] =>
  repositories.map((entry) => EntryReading.parse({ ...defaults, ...entry }));

/** Every entry as it is written. */
export const entriesOf = ({ repositories }: Reading): EntryReading[] =>
  repositories.map((entry) => EntryReading.parse(entry));
