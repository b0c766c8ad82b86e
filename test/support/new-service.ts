import { repositoryFiles } from "../../sandbox/github/organization/repository-files.ts";
import { sandbox } from "./sandbox.ts";
import { emulator, rest } from "./github.ts";

/**
 * Makes a repository that Drover knows nothing of: a service with a Dockerfile, whose branches develop and master begin at the same commit.
 *
 * @returns its name: `ledger-1`, or the next number where an earlier test in the same sandbox made that
 */
export async function newService(name: string): Promise<string> {
  const world = await sandbox();
  let number = 1;
  while ((await rest(`GET /repos/kbase/${name}-${String(number)}`)).status !== 404) number += 1;
  const numbered = `${name}-${String(number)}`;
  const files = repositoryFiles(
    { name: numbered, language: "Python", branches: ["develop", "master"], workflows: [] },
    await world.tool("demo-app"),
  );
  const branches = {
    develop: { files, message: "Everything so far" },
    master: { files: {}, message: "The last release", from: "develop" },
  };
  const repository = { name: numbered, branches, teams: { devops: "admin", developers: "write" } };
  await emulator("POST /seed", { login: "kbase", users: [], repositories: [repository] });
  return numbered;
}
