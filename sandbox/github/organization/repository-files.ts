import type { SeedOrganization } from "../seed-schema.ts";
import type { KBaseRepository, Language } from "./kbase-repositories.ts";

type Files = NonNullable<SeedOrganization["repositories"]>[number]["branches"][string]["files"];

const sources: Readonly<Record<Language, readonly [path: string, text: (name: string) => string]>> = {
  Python: ["src/service.py", (name) => `"""The service ${name}."""\n\n\ndef version() -> str:\n    return "0.1.0"\n`],
  Java: [
    "src/main/java/us/kbase/Service.java",
    (name) =>
      `package us.kbase;\n\n/** The service ${name}. */\npublic final class Service {\n  public static final String VERSION = "0.1.0";\n}\n`,
  ],
  TypeScript: ["src/index.ts", (name) => `/** ${name} */\nexport const version = "0.1.0";\n`],
  Go: [
    "main.go",
    (name) =>
      `// Command ${name} is a service.\npackage main\n\nconst version = "0.1.0"\n\nfunc main() { println(version) }\n`,
  ],
  Shell: ["entrypoint.sh", (name) => `#!/bin/sh\n# Starts ${name}.\nexec "$@"\n`],
  R: ["install.R", (name) => `# Packages of ${name}.\noptions(repos = "https://cloud.r-project.org")\n`],
};

/** A Dockerfile that builds without a network: of the sandbox's demo application where it has that, else of the sources alone. */
function dockerfile(name: string, folder: string, hasProgram: boolean): string {
  const lines = [
    "FROM scratch",
    "ARG VERSION=0.1.0",
    "ARG VCS_REF=unknown",
    `COPY ${folder} /source/`,
    ...(hasProgram ? ["COPY bin/demo-app /demo-app"] : []),
    `ENV APP=${name.toLowerCase()} VERSION=$VERSION REVISION=$VCS_REF`,
    "USER 65532:65532",
    ...(hasProgram ? ['ENTRYPOINT ["/demo-app"]'] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** A workflow of the time before Drover: it has the old file's name, one job of that name too, and runs nothing. */
function workflow(file: string): string {
  const name = file.replace(/\.ya?ml$/u, "");
  return `name: ${name}\non: workflow_dispatch\npermissions: {}\njobs:\n  ${name}:\n    runs-on: ubuntu-24.04\n    steps: []\n`;
}

/**
 * What a repository's branches have.
 * @param program path of the demo application's executable; without it images can be built but not run
 */
export function repositoryFiles(
  { name, language, workflows, dockerfiles, noDockerfile }: KBaseRepository,
  program?: string,
): Files {
  const [path, text] = sources[language];
  const folder = path.includes("/") ? `${path.slice(0, path.indexOf("/"))}/` : path;
  const images = [...(noDockerfile === true ? [] : ["Dockerfile"]), ...(dockerfiles ?? [])];
  return {
    "README.md": `# ${name}\n\nA repository of the sandbox, named and laid out like kbase/${name}.\n`,
    [path]: text(name),
    ...Object.fromEntries(images.map((image) => [image, dockerfile(name, folder, program !== undefined)])),
    ...(program === undefined ? {} : { "bin/demo-app": { program } }),
    ...Object.fromEntries(
      workflows
        .map((file) => (file.endsWith(".yaml") ? file : `${file}.yml`))
        .map((file) => [`.github/workflows/${file}`, workflow(file)]),
    ),
  };
}
