import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import * as z from "zod";

const PackageFile = z.looseObject({
  name: z.string().optional(),
  version: z.string().default("0.0.0"),
  dependencies: z.record(z.string(), z.string()).default({}),
  pulumi: z.looseObject({ resource: z.boolean().default(false), name: z.string().optional() }).optional(),
});

/** A package and the version that is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

function readPackage(file: string): z.infer<typeof PackageFile> | undefined {
  return existsSync(file) ? PackageFile.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

/** The direct dependencies of the program in `folder`, as package.json lists them and node_modules has them. */
function dependencies(folder: string) {
  const names = Object.keys(readPackage(path.join(folder, "package.json"))?.dependencies ?? {});
  return names.flatMap((name) => {
    const found = readPackage(path.join(folder, "node_modules", name, "package.json"));
    return found === undefined ? [] : [{ name, version: found.version, pulumi: found.pulumi }];
  });
}

/** What `pulumi about` lists as the program's dependencies. */
export const packageDependencies = (folder: string): InstalledPackage[] =>
  dependencies(folder).map(({ name, version }) => ({ name, version }));

/** The resource plugins that the program's packages need: those whose package.json says `pulumi.resource`. */
export const requiredPlugins = (folder: string): InstalledPackage[] =>
  dependencies(folder).flatMap(({ name, version, pulumi }) =>
    pulumi?.resource === true ? [{ name: pulumi.name ?? name.replace(/^@pulumi\//, ""), version }] : [],
  );

/** The version of the `@pulumi/pulumi` package beside this program. */
export function sdkVersion(): string {
  const file = createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json");
  return readPackage(file)?.version ?? "0.0.0";
}
