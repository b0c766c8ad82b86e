import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

import language from "@pulumi/pulumi/proto/language_pb.js";

type RunRequest = InstanceType<typeof language.RunRequest>;
type RunResponse = InstanceType<typeof language.RunResponse>;

/** The exit code by which the runner says that the person has seen the reason already. */
const bail = 32;

/** Runs the program once (a preview or an update) and reports how it ended. Its output goes to ours, where the engine shows it. */
export async function runProgram(request: RunRequest): Promise<RunResponse> {
  const info = request.getInfo();
  const root = info?.getRootDirectory() ?? request.getPwd();
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  const runner = createRequire(path.join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const args = [
    runner,
    ...["--monitor", request.getMonitorAddress()],
    ...["--engine", engineAddress()],
    ...["--organization", request.getOrganization()],
    ...["--project", request.getProject()],
    ...["--stack", request.getStack()],
    ...["--pwd", request.getPwd()],
    ...["--root-directory", root],
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ...["--parallel", String(request.getParallel())],
    path.join(folder, info?.getEntryPoint() ?? "."),
    ...request.getArgsList(),
  ];
  const child = spawn(process.execPath, args, {
    cwd: request.getPwd(),
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) =>
    child.once("error", reject).once("exit", (...how) => {
      resolve(how);
    }),
  );
  process.off("exit", end);
  const response = new language.RunResponse();
  if (code === 0) return response;
  if (code === bail) return response.setBail(true);
  return response.setError(
    code === null
      ? `the program was ended by ${signal ?? "a signal"}`
      : `the program ended with exit code ${String(code)}`,
  );
}

/** The engine's address: the host's last argument. */
function engineAddress(): string {
  const address = process.argv.at(-1);
  if (address === undefined || process.argv.length < 3)
    throw new Error("the language host was started without the engine's address");
  return address;
}
