import path from "node:path";

import type { Settings } from "../world/settings.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { Pki } from "./pki.ts";

/** Where containerd listens, as the capsule's processes see it: a path of their own /run, short whatever the checkout's is. */
export const containerdSocket = "/run/containerd/containerd.sock";

/** What the configuration of a node is made of. */
export interface NodeSpec {
  readonly settings: Settings;
  readonly pki: Pki;
  readonly runtime: NodeRuntime;
  /** The folder of the node's data. */
  readonly folder: string;
  readonly snapshotter: Snapshotter;
}

/** How containerd lays an image's layers over each other: `native` copies them, where the file system can't hold an overlay. */
export type Snapshotter = "overlayfs" | "native";

/** The node's cgroup, in every hierarchy; the bridge's name is the sandbox's own, so it serves here too. */
export const cgroupName = (settings: Settings) => settings.network.bridge;

/** The image of the process that holds a pod's namespaces. */
export const pauseImage = (settings: Settings) => `127.0.0.1:${String(settings.ports.registry)}/drover/pause:1`;

/** The kubelet's configuration (KubeletConfiguration, kubelet.config.k8s.io/v1beta1). */
export function kubeletConfig({ settings, pki }: NodeSpec): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // The API server needs an address that is not loopback; the bridge's belongs to this machine alone.
    address: `${settings.network.prefix}.1`,
    port: settings.ports.kubelet,
    readOnlyPort: 0,
    healthzBindAddress: "127.0.0.1",
    healthzPort: settings.ports.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki.authority("cluster").certificate },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: pki.of("kubelet").certificate,
    tlsPrivateKeyFile: pki.of("kubelet").key,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroupName(settings)}`,
    failCgroupV1: false,
    failSwapOn: false,
    // What the machine has is not divided up, so there is nothing to enforce on all pods together.
    enforceNodeAllocatable: ["none"],
    // Needs a capability that containers lack, and other programs of the machine are not ours to outrank.
    oomScoreAdj: 0,
    // Pods reach no name server: nothing leaves the bridge, and nobody answers at this address. Without one each pod gets a warning event.
    resolvConf: "",
    clusterDNS: [`${settings.network.prefix}.1`],
    clusterDomain: "cluster.local",
    makeIPTablesUtilChains: false,
    volumePluginDir: "/var/lib/kubelet/volume-plugins",
    maxPods: 110,
    // A developer's disk is often nine tenths full: evicting pods or deleting images then would break the sandbox and help nobody.
    evictionHard: {
      "memory.available": "32Mi",
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
      "imagefs.inodesFree": "0%",
    },
    imageGCHighThresholdPercent: 100,
    // A crash loop shows within seconds instead of a minute.
    syncFrequency: "10s",
    serializeImagePulls: false,
    registryPullQPS: 0,
    containerLogMaxSize: "5Mi",
    containerLogMaxFiles: 2,
  };
}

/** The kubelet's command line, for what its configuration file does not take. */
export const kubeletArguments = (configFile: string, kubeconfig: string, name: string, address: string) => [
  `--config=${configFile}`,
  `--kubeconfig=${kubeconfig}`,
  `--hostname-override=${name}`,
  `--node-ip=${address}`,
];

/** containerd's configuration, version 2: 1.6 and 1.7 read it, 2.x converts it while reading. Registries of 127.0.0.1 are asked over plain http by default. */
export function containerdConfig({ settings, runtime, folder, snapshotter }: NodeSpec): string {
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(path.join(folder, `containerd-${snapshotter}`))}
state = "/run/containerd"
disabled_plugins = ["io.containerd.internal.v1.tracing", "io.containerd.nri.v1.nri"]

[grpc]
  address = ${text(containerdSocket)}

[debug]
  level = "warn"

[plugins."io.containerd.internal.v1.opt"]
  path = "/run/containerd/opt"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(pauseImage(settings))}
  restrict_oom_score_adj = true
  disable_apparmor = true
  enable_selinux = false
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = ${text(snapshotter)}
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = ${text(runtime.runc)}
  SystemdCgroup = false

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${text(runtime.plugins)}
  conf_dir = ${text(path.join(folder, "cni"))}
`;
}

/** The pods' network: addresses of the bridge's network, no way out of it. */
export const networkConfig = ({ bridge, prefix }: Settings["network"]) => ({
  cniVersion: "1.0.0",
  name: "drover",
  plugins: [
    {
      type: "bridge",
      bridge,
      // Either would change the machine's own settings: iptables and ip_forward.
      ipMasq: false,
      isGateway: false,
      ipam: {
        type: "host-local",
        dataDir: "/run/pod-addresses",
        ranges: [[{ subnet: `${prefix}.0/24`, rangeStart: `${prefix}.2` }]],
      },
    },
  ],
});
