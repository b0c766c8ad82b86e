import type { InstalledEngine } from "./engine/engine.ts";
import { standInMark } from "./engine/plugins.ts";
import { organization } from "./engine/stacks.ts";
import { githubUrl } from "./github/part.ts";
import { deployedApps, onboardedRepositories } from "./outputs.ts";
import type { PullRequest } from "./pull-request.ts";
import { hasActions, usesKwok } from "./sandbox.ts";
import { heading, say } from "./terminal.ts";
import { visitWhenRouted } from "./visit.ts";
import type { World } from "./world/part.ts";

/** Says what runs where, what has happened, and what to type next. */
export async function account(
  world: World,
  engine: InstalledEngine,
  stack: string,
  pullRequest: PullRequest,
): Promise<void> {
  heading(`What runs in ${stack} now`);
  for (const [name, { reference, digest, address }] of Object.entries(await deployedApps(world.layout, stack))) {
    const answered = usesKwok(world) ? "nothing, as kwok's pods don't run" : await answer(address);
    say(`  ${name.padEnd(10)} ${reference.slice(0, reference.indexOf("@"))}`);
    say(`  ${"".padEnd(10)} ${digest}`);
    say(`  ${"".padEnd(10)} ${address} answers: ${answered}`);
  }
  heading("What happened");
  happened(world, await onboardedRepositories(world.layout), pullRequest);
  heading("What is real here, and what is not");
  saySides(world, engine);
  heading("What to look at, and what to type next");
  say(`  ${githubUrl(world)}/${organization}     # the organization, in a browser`);
  say(`  npm run pulumi -- config set image pr-13 --stack ${stack}`);
  say(`  npm run pulumi -- up --stack ${stack}`);
  say(`  npm run pulumi -- stack output apps --stack ${stack} --json`);
  say("  npm run pulumi -- config set --path 'repositories[5]' groups --stack github");
  say("  npm run pulumi -- up --stack github                            # onboards one more");
  say('  eval "$(npm run --silent sandbox -- env)"; kubectl get pods     # a plain kubectl and pulumi');
  say("  npm run sandbox -- down");
}

function happened(world: World, repositories: readonly string[], { number, title, url }: PullRequest): void {
  const tag = `pr-${String(number)}`;
  const image = hasActions(world)
    ? "its workflow built, tested and pushed the image"
    : "its image had been made before";
  say(`  ${String(repositories.length)} repositories were onboarded by one list: ${repositories.join(", ")}.`);
  say(`  A developer opened the pull request "${title}", and ${image} ${tag}.`);
  say(
    `  The environment's configuration was changed in one word (image: ${tag}), and the tag became the digest that it has in`,
  );
  say(
    "  the registry. The preview showed the one Deployment that differs, and the update rolled it: new pods first, old ones after.",
  );
  // The sandbox's own images name commits that its GitHub does not have.
  if (hasActions(world)) say(`  GitHub has the record of who deployed it where, on the pull request's page: ${url}`);
}

function saySides(world: World, { languageHost, plugins }: InstalledEngine): void {
  const kwok = usesKwok(world);
  const built = hasActions(world);
  const engineStandIns = [languageHost, ...plugins.map(({ origin }) => origin)].flatMap((origin) =>
    origin.startsWith(standInMark) ? [origin.slice(standInMark.length)] : [],
  );
  const real = [
    "Pulumi's engine, the registry, the control plane, git",
    ...(built ? ["the build (BuildKit)"] : []),
    ...(kwok ? [] : ["the node and its pods, the ingress controller"]),
  ];
  const standIns = [
    ...(kwok ? ["kwok for nodes and pods"] : []),
    "GitHub",
    ...(built ? ["GitHub Actions (act)"] : []),
    "Rancher's server",
    ...engineStandIns,
  ];
  say(`  Real: ${real.join(", ")}.`);
  say(`  Stand-ins: ${standIns.join(", ")}.`);
}

/** What an app answers at its address. */
async function answer(address: string): Promise<string> {
  const { hostname, port, pathname } = new URL(address);
  const { status, body } = await visitWhenRouted(Number(port), hostname, pathname);
  if (status !== 200) throw new Error(`${address} answers ${String(status)}: ${body.trim()}`);
  return body.trim();
}
