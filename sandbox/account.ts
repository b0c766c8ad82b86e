import type { InstalledEngine } from "./engine/engine.ts";
import { standInMark } from "./engine/plugins.ts";
import { organization } from "./engine/stacks.ts";
import { githubUrl } from "./github/part.ts";
import { deployedApps, onboardedRepositories } from "./outputs.ts";
import type { PullRequest } from "./pull-request.ts";
import { usesKwok } from "./sandbox.ts";
import { heading, say } from "./terminal.ts";
import { visitWhenRouted } from "./visit.ts";
import type { World } from "./world/part.ts";

/** Says what runs where, what has happened, and what to type next. */
export async function account(
  world: World,
  engine: InstalledEngine,
  stack: string,
  { number }: PullRequest,
): Promise<void> {
  const kwok = usesKwok(world);
  heading(`What runs in ${stack} now`);
  for (const [name, { reference, digest, address }] of Object.entries(await deployedApps(world.layout, stack))) {
    say(`  ${name.padEnd(10)} ${reference.slice(0, reference.indexOf("@"))}`);
    say(`  ${"".padEnd(10)} ${digest}`);
    say(`  ${"".padEnd(10)} ${address} answers: ${kwok ? "nothing, as kwok's pods don't run" : await answer(address)}`);
  }
  const repositories = await onboardedRepositories(world.layout);
  heading("What happened");
  say(`  ${String(repositories.length)} repositories were onboarded by one list: ${repositories.join(", ")}.`);
  say(
    `  The environment's configuration was changed in one word (image: pr-${String(number)}), the tag became the digest that it has in`,
  );
  say(
    "  the registry, the preview showed the one Deployment that differs, and the update rolled it: new pods first, old ones after.",
  );
  say(
    `  Real: the engine, the registry, the control plane, git${kwok ? "" : ", the node, its pods and the ingress controller"}.`,
  );
  say(
    `  Stand-ins: ${[...(kwok ? ["kwok for nodes and pods"] : []), "GitHub", "Rancher's server", ...standIns(engine)].join(", ")}.`,
  );
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

/** The parts of the engine that are stand-ins. */
const standIns = ({ languageHost, plugins }: InstalledEngine): string[] =>
  [languageHost, ...plugins.map(({ origin }) => origin)].flatMap((origin) =>
    origin.startsWith(standInMark) ? [origin.slice(standInMark.length)] : [],
  );

/** What an app answers at its address. */
async function answer(address: string): Promise<string> {
  const { hostname, port, pathname } = new URL(address);
  const { status, body } = await visitWhenRouted(Number(port), hostname, pathname);
  if (status !== 200) throw new Error(`${address} answers ${String(status)}: ${body.trim()}`);
  return body.trim();
}
