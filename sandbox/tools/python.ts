import { readdirSync } from "node:fs";
import path from "node:path";

import { execa } from "execa";

import { debianPackages, defaultCache } from "../cluster/debian-packages.ts";
import { onPath } from "./find.ts";

/** A Python that has pip: what to run, and with what around it. */
export interface Pip {
  readonly file: string;
  /** Before pip's own arguments. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Python's versions in Debian 13 and 12 and Ubuntu 24.04. */
const debianVersions = ["3.13", "3.12", "3.11"];

/**
 * The machine's Python with pip; else its Python with Debian's pip, or both from Debian's packages, unpacked in the cache.
 * @throws Error that says why each could not be had
 */
export async function findPip(say: (line: string) => void): Promise<Pip> {
  const python = onPath("python3")[0];
  if (python !== undefined && (await works({ file: python, arguments: ["-m", "pip"], environment: {} })))
    return { file: python, arguments: ["-m", "pip"], environment: {} };
  const reasons: string[] = [];
  if (python !== undefined) {
    const pip = { file: python, arguments: [await debianPip(say)], environment: {} };
    if (await works(pip)) return pip;
    reasons.push(`${python} does not run Debian's pip`);
  }
  for (const version of debianVersions) {
    try {
      const pip = await debianPython(version, say);
      if (await works(pip)) return pip;
      reasons.push(`Debian's Python ${version} does not run here`);
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`no Python with pip: ${reasons.join("; ")}. Install python3 and pip`);
}

async function works({ file, arguments: args, environment }: Pip): Promise<boolean> {
  const { failed } = await execa(file, [...args, "--version"], { env: environment, reject: false });
  return !failed;
}

/** pip as Debian has it for virtual environments: a wheel, which runs without being installed. */
async function debianPip(say: (line: string) => void): Promise<string> {
  const folderOf = await debianPackages(["python3-pip-whl"], defaultCache(), say);
  const folder = path.join(folderOf("python3-pip-whl"), "usr/share/python-wheels");
  const wheel = readdirSync(folder).find((file) => /^pip-.*\.whl$/u.test(file));
  if (wheel === undefined) throw new Error(`${folder} has no pip`);
  return path.join(folder, wheel, "pip");
}

async function debianPython(version: string, say: (line: string) => void): Promise<Pip> {
  const minimal = `libpython${version}-minimal`;
  const standard = `libpython${version}-stdlib`;
  const program = `python${version}-minimal`;
  const libraries = ["libssl3", "libexpat1", "libffi8", "zlib1g"];
  const folderOf = await debianPackages([program, minimal, standard, ...libraries], defaultCache(), say);
  const modules = `usr/lib/python${version}`;
  const architecture = process.arch === "arm64" ? "aarch64" : "x86_64";
  return {
    file: path.join(folderOf(program), `usr/bin/python${version}`),
    arguments: [await debianPip(say)],
    environment: {
      PYTHONHOME: path.join(folderOf(minimal), "usr"),
      PYTHONPATH: [modules, `${modules}/lib-dynload`].map((one) => path.join(folderOf(standard), one)).join(":"),
      LD_LIBRARY_PATH: libraries
        .flatMap((name) => ["usr/lib", "lib"].map((one) => path.join(folderOf(name), one, `${architecture}-linux-gnu`)))
        .join(":"),
    },
  };
}
