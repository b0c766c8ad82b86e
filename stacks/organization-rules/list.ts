import { isRepository } from "../../components/image.ts";
import { packageNames } from "../../components/image-packages.ts";
import { keyOf } from "../config.ts";
import { builtinBranches } from "../organization-defaults.ts";
import { effective, entriesOf } from "./reading.ts";
import type { EntryReading, Rule } from "./reading.ts";

const repositoriesOnce: Rule = (reading) => {
  const first = new Map<string, number>();
  return entriesOf(reading).flatMap(({ name }, index) => {
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

const imageFromName: Rule = (reading) =>
  entriesOf(reading).flatMap(({ name, image }, index) => {
    return name === "" || image?.name !== undefined || isRepository(name.toLowerCase())
      ? []
      : [
          {
            key: keyOf(["repositories", index, "image"]),
            message: `is missing, and the repository's name "${name}" can be no image's: set image to a name of lower-case letters and digits, with single dots, underscores or dashes between them`,
          },
        ];
  });

/** Rules about the list as a whole: no repository, and no image, is there twice. */
export const listRules: readonly Rule[] = [repositoriesOnce, imageFromName, packagesApart];
