import * as pulumi from "@pulumi/pulumi";

/** Runs something and returns what it told the person meanwhile through Pulumi, a line each: `warning: …`. */
export async function logged<Result>(run: () => Promise<Result>): Promise<{ result: Result; log: string[] }> {
  const { info, warn } = pulumi.log;
  const log: string[] = [];
  const note = (kind: string) => (message: string) => {
    log.push(`${kind}: ${message}`);
    return Promise.resolve();
  };
  Object.assign(pulumi.log, { info: note("info"), warn: note("warning") });
  try {
    return { result: await run(), log };
  } finally {
    Object.assign(pulumi.log, { info, warn });
  }
}
