import { repositoryFiles } from "../../sandbox/github/organization/repository-files.ts";
import { Cycle } from "./cycle.ts";
import { emulator, rest } from "./github.ts";
import { GitHubStack } from "./github-stack.ts";
import { needWorkflows, sandbox } from "./sandbox.ts";

/** What a new service is like. */
export interface Service {
  /** Its branches, which begin at the same commit. Default develop and master. */
  readonly branches?: readonly [string, ...string[]];
  /** Files besides the Dockerfile and a source: text, or an executable of this machine. */
  readonly files?: Readonly<Record<string, string | { readonly program: string }>>;
}

/**
 * Makes a repository that Drover knows nothing of: a service with a Dockerfile, in which the demo application runs.
 *
 * @returns its name: `ledger-1`, or the next number where an earlier test in the same sandbox made that
 */
export async function newService(
  name: string,
  { branches = ["develop", "master"], files = {} }: Service = {},
): Promise<string> {
  const world = await sandbox();
  let number = 1;
  while ((await rest(`GET /repos/kbase/${name}-${String(number)}`)).status !== 404) number += 1;
  const numbered = `${name}-${String(number)}`;
  const common = repositoryFiles(
    { name: numbered, language: "Python", branches, workflows: [] },
    await world.tool("demo-app"),
  );
  const [first, ...others] = branches;
  const repository = {
    name: numbered,
    branches: {
      [first]: { files: { ...common, ...files }, message: "Everything so far" },
      ...Object.fromEntries(others.map((branch) => [branch, { files: {}, from: first }])),
    },
    teams: { devops: "admin", developers: "write" },
  };
  await emulator("POST /seed", { login: "kbase", users: [], repositories: [repository] });
  return numbered;
}

/**
 * Makes a service and onboards it by an entry of its own, with a real stack `github`; skips where no workflows can run. What the onboarding
 * itself starts has ended.
 *
 * @param entry of the list, without its name; a function gets the name
 */
export async function onboard(
  context: Mocha.Context,
  name: string,
  entry: (name: string) => Readonly<Record<string, unknown>> = () => ({}),
  service: Service = {},
): Promise<Cycle> {
  await needWorkflows(context);
  const numbered = await newService(name, service);
  const stack = await GitHubStack.create();
  stack.configure({ repositories: [{ name: numbered, ...entry(numbered) }] });
  await stack.mustUp();
  const cycle = new Cycle(await sandbox(), numbered);
  await cycle.settled();
  return cycle;
}
