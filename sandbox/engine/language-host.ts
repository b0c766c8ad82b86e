/**
 * Stand-in for Pulumi's Node.js language host (`pulumi-language-nodejs`), which cannot be built from a module registry.
 * Speaks `pulumirpc.LanguageRuntime` and starts the program with the runner that `@pulumi/pulumi` ships, as the official host does.
 * Used only where the official host is not on PATH.
 */

import * as grpc from "@grpc/grpc-js";
import languageServices from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

import { unary } from "../plugins/shared/unary.ts";
import { endWithEngine } from "./end-with-engine.ts";
import { packageDependencies, requiredPlugins, sdkVersion } from "./program-packages.ts";
import { runProgram } from "./run-program.ts";

const unsupported = (what: string) => ({
  code: grpc.status.UNIMPLEMENTED,
  details: `${what} is not available in the sandbox's stand-in for Pulumi's Node.js language host; install Pulumi to use it`,
});

/** The folder whose package.json describes the program. */
const programFolder = (info: { getProgramDirectory(): string } | undefined, pwd = "") =>
  info === undefined || info.getProgramDirectory() === "" ? pwd : info.getProgramDirectory();

const service: grpc.UntypedServiceImplementation = {
  handshake: unary((request: InstanceType<typeof language.LanguageHandshakeRequest>) => {
    endWithEngine(request.getEngineAddress());
    return new language.LanguageHandshakeResponse();
  }),
  getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(sdkVersion())),
  getRequiredPlugins: unary(() => new language.GetRequiredPluginsResponse()),
  getRequiredPackages: unary((request: InstanceType<typeof language.GetRequiredPackagesRequest>) =>
    new language.GetRequiredPackagesResponse().setPackagesList(
      requiredPlugins(programFolder(request.getInfo())).map(({ name, version }) =>
        new plugin.PackageDependency().setName(name).setKind("resource").setVersion(version),
      ),
    ),
  ),
  run: unary(runProgram),
  getProgramDependencies: unary((request: InstanceType<typeof language.GetProgramDependenciesRequest>) =>
    new language.GetProgramDependenciesResponse().setDependenciesList(
      packageDependencies(programFolder(request.getInfo(), request.getPwd())).map(({ name, version }) =>
        new language.DependencyInfo().setName(name).setVersion(version),
      ),
    ),
  ),
  about: unary(() => new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  runtimeOptionsPrompts: unary(() => new language.RuntimeOptionsResponse()),
  cancel: unary(() => new empty.Empty()),
  installDependencies: (call: grpc.ServerWritableStream<unknown, unknown>) => {
    call.destroy(Object.assign(new Error(), unsupported("installing dependencies")));
  },
  runPlugin: (call: grpc.ServerWritableStream<unknown, unknown>) => {
    call.destroy(Object.assign(new Error(), unsupported("running a plugin written in JavaScript")));
  },
};

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(languageServices.LanguageRuntimeService, service);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${String(port)}\n`);
});
const engine = process.argv.at(-1);
if (engine !== undefined && /^[\w.]+:\d+$/.test(engine)) endWithEngine(engine);
// The engine asks with SIGINT first, and with SIGKILL five seconds later.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
