/** The name of a tool that the sandbox runs. */
export type ToolName =
  | "pulumi"
  | "pulumi-resource-rancher2"
  | "pulumi-resource-github"
  | "registry"
  | "crane"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kubectl"
  | "kubelet"
  | "kwok"
  | "traefik"
  | "demo-app"
  | "pause"
  | "act"
  | "buildx"
  | "actionlint";

/** How to get a tool. The ways are tried in the order of the fields. */
export interface Tool {
  readonly version: string;
  /** What is on PATH will do if it answers `arguments` with a version that is at least `minimum`. */
  readonly onPath?: { readonly arguments: readonly string[]; readonly minimum: string };
  /** The publisher's own build. Written for Linux; elsewhere the next way is taken. */
  readonly download?: { readonly url: string; readonly member?: string; readonly sums: string };
  /** The build from Go modules: a folder below `sandbox/go` and the package in it. */
  readonly build: {
    readonly folder: string;
    readonly package: string;
    readonly flags?: readonly string[];
    /** A package to run first; it writes what the build embeds. */
    readonly generate?: string;
    /** What a build took with empty caches on 2 cores, in seconds: only for the estimate that is shown. */
    readonly seconds: number;
  };
}

const kubernetesVersion = "1.36.4";
const pulumiVersion = "3.256.0";
/** Node's word for the machine, as Go and most publishers call it. */
const architecture = process.arch === "arm64" ? "arm64" : "amd64";

const stamps = (...values: string[]) => ["-ldflags", ["-s", "-w", ...values.map((value) => `-X ${value}`)].join(" ")];

/** Kubernetes' own version: without it the server says v0.0.0, and clients refuse it. */
const kubernetesStamps = stamps(
  `k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
  "k8s.io/component-base/version.gitMajor=1",
  "k8s.io/component-base/version.gitMinor=36",
  `k8s.io/client-go/pkg/version.gitVersion=v${kubernetesVersion}`,
);

function kubernetes(name: string, seconds: number, onPath?: Tool["onPath"]): Tool {
  const url = `https://dl.k8s.io/v${kubernetesVersion}/bin/linux/${architecture}/${name}`;
  return {
    version: kubernetesVersion,
    ...(onPath === undefined ? {} : { onPath }),
    download: { url, sums: `${url}.sha256` },
    build: { folder: "kubernetes", package: `k8s.io/kubernetes/cmd/${name}`, flags: kubernetesStamps, seconds },
  };
}

const github = (repository: string, release: string, file: string) =>
  `https://github.com/${repository}/releases/download/${release}/${file}`;

/** Every tool, in the order in which they are wanted. */
export const catalog: Readonly<Record<ToolName, Tool>> = {
  registry: {
    version: "3.1.1",
    download: {
      url: github("distribution/distribution", "v3.1.1", `registry_3.1.1_linux_${architecture}.tar.gz`),
      member: "registry",
      sums: github("distribution/distribution", "v3.1.1", `registry_3.1.1_linux_${architecture}.tar.gz.sha256`),
    },
    build: {
      folder: "registry",
      package: "github.com/distribution/distribution/v3/cmd/registry",
      flags: stamps(),
      seconds: 60,
    },
  },
  crane: {
    version: "0.21.9",
    download: {
      url: github(
        "google/go-containerregistry",
        "v0.21.9",
        `go-containerregistry_Linux_${architecture === "amd64" ? "x86_64" : architecture}.tar.gz`,
      ),
      member: "crane",
      sums: github("google/go-containerregistry", "v0.21.9", "checksums.txt"),
    },
    build: {
      folder: "crane",
      package: "github.com/google/go-containerregistry/cmd/crane",
      flags: stamps(),
      seconds: 10,
    },
  },
  pulumi: {
    version: pulumiVersion,
    onPath: { arguments: ["version"], minimum: "3.250.0" },
    download: {
      url: github(
        "pulumi/pulumi",
        `v${pulumiVersion}`,
        `pulumi-v${pulumiVersion}-linux-${architecture === "amd64" ? "x64" : architecture}.tar.gz`,
      ),
      member: "pulumi/pulumi",
      sums: github("pulumi/pulumi", `v${pulumiVersion}`, `pulumi-${pulumiVersion}-checksums.txt`),
    },
    build: {
      folder: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      flags: [
        "-tags",
        "osusergo",
        ...stamps(`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`),
      ],
      seconds: 240,
    },
  },
  etcd: {
    version: "3.6.14",
    download: {
      url: github("etcd-io/etcd", "v3.6.14", `etcd-v3.6.14-linux-${architecture}.tar.gz`),
      member: `etcd-v3.6.14-linux-${architecture}/etcd`,
      sums: github("etcd-io/etcd", "v3.6.14", "SHA256SUMS"),
    },
    build: { folder: "etcd", package: "go.etcd.io/etcd/server/v3", flags: stamps(), seconds: 30 },
  },
  "kube-apiserver": kubernetes("kube-apiserver", 235),
  "kube-controller-manager": kubernetes("kube-controller-manager", 80),
  "kube-scheduler": kubernetes("kube-scheduler", 6),
  kubelet: kubernetes("kubelet", 32),
  kubectl: kubernetes("kubectl", 24, { arguments: ["version", "--client"], minimum: "1.34.0" }),
  "demo-app": { version: "1", build: { folder: "demo-app", package: ".", flags: stamps(), seconds: 15 } },
  pause: { version: "1", build: { folder: "pause", package: ".", flags: stamps(), seconds: 2 } },
  "pulumi-resource-rancher2": {
    version: "13.0.0",
    build: {
      folder: "rancher2",
      package: "./cmd/pulumi-resource-rancher2",
      flags: stamps(),
      generate: "./generate",
      seconds: 200,
    },
  },
  "pulumi-resource-github": {
    version: "6.15.0",
    build: {
      folder: "github",
      package: "./cmd/pulumi-resource-github",
      flags: stamps(),
      generate: "./generate",
      seconds: 190,
    },
  },
  traefik: {
    version: "3.6.1",
    download: {
      url: github("traefik/traefik", "v3.6.1", `traefik_v3.6.1_linux_${architecture}.tar.gz`),
      member: "traefik",
      sums: github("traefik/traefik", "v3.6.1", "traefik_v3.6.1_checksums.txt"),
    },
    build: {
      folder: "traefik",
      package: "github.com/traefik/traefik/v3/cmd/traefik",
      flags: stamps("github.com/traefik/traefik/v3/pkg/version.Version=3.6.1"),
      seconds: 330,
    },
  },
  act: {
    version: "0.2.87",
    download: {
      url: github("nektos/act", "v0.2.87", `act_Linux_${architecture === "amd64" ? "x86_64" : architecture}.tar.gz`),
      member: "act",
      sums: github("nektos/act", "v0.2.87", "checksums.txt"),
    },
    build: {
      folder: "act",
      package: "github.com/nektos/act",
      flags: stamps("main.version=0.2.87"),
      seconds: 60,
    },
  },
  buildx: {
    version: "0.24.0",
    download: {
      url: github("docker/buildx", "v0.24.0", `buildx-v0.24.0.linux-${architecture}`),
      sums: github("docker/buildx", "v0.24.0", "checksums.txt"),
    },
    build: {
      folder: "buildx",
      package: "github.com/docker/buildx/cmd/buildx",
      flags: stamps("github.com/docker/buildx/version.Version=v0.24.0"),
      seconds: 130,
    },
  },
  actionlint: {
    version: "1.7.12",
    download: {
      url: github("rhysd/actionlint", "v1.7.12", `actionlint_1.7.12_linux_${architecture}.tar.gz`),
      member: "actionlint",
      sums: github("rhysd/actionlint", "v1.7.12", "actionlint_1.7.12_checksums.txt"),
    },
    build: {
      folder: "actionlint",
      package: "github.com/rhysd/actionlint/cmd/actionlint",
      flags: stamps("github.com/rhysd/actionlint.version=1.7.12"),
      seconds: 30,
    },
  },
  kwok: {
    version: "0.8.0",
    download: {
      url: github("kubernetes-sigs/kwok", "v0.8.0", `kwok-linux-${architecture}`),
      sums: github("kubernetes-sigs/kwok", "v0.8.0", `kwok-linux-${architecture}.sha256`),
    },
    build: { folder: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok", flags: stamps(), seconds: 100 },
  },
};
