import path from "node:path";

import type { Settings } from "../world/settings.ts";
import { kubeconfigFile } from "./kubeconfig.ts";
import type { Pki } from "./pki.ts";
import { serviceNetwork } from "./pki.ts";

/** What the control plane's servers are started with. */
export interface ControlPlane {
  readonly ports: Settings["ports"];
  readonly pki: Pki;
  /** The cluster's data. */
  readonly folder: string;
}

/** Turns `{ "secure-port": 1 }` into `["--secure-port=1"]`. */
export const flags = (values: Readonly<Record<string, string | number | boolean>>) =>
  Object.entries(values).map(([name, value]) => `--${name}=${String(value)}`);

/** etcd, on loopback, for clients and peers with a certificate of its own authority. */
export function etcdArguments({ ports, pki, folder }: ControlPlane): string[] {
  const own = pki.of("etcd");
  const authority = pki.authority("etcd").certificate;
  const client = `https://127.0.0.1:${String(ports.etcd)}`;
  const peer = `https://127.0.0.1:${String(ports.etcdPeer)}`;
  return flags({
    name: "sandbox",
    "data-dir": path.join(folder, "etcd"),
    "listen-client-urls": client,
    "advertise-client-urls": client,
    "listen-peer-urls": peer,
    "initial-advertise-peer-urls": peer,
    "initial-cluster": `sandbox=${peer}`,
    "cert-file": own.certificate,
    "key-file": own.key,
    "client-cert-auth": true,
    "trusted-ca-file": authority,
    "peer-cert-file": own.certificate,
    "peer-key-file": own.key,
    "peer-client-cert-auth": true,
    "peer-trusted-ca-file": authority,
    "log-level": "warn",
    // Writes survive the death of the process, not that of the machine: enough for a sandbox, and several times as fast.
    "unsafe-no-fsync": true,
  });
}

/** The API server, on loopback. */
export function apiServerArguments({ ports, pki }: ControlPlane): string[] {
  const authority = pki.authority("cluster").certificate;
  return flags({
    "bind-address": "127.0.0.1",
    "secure-port": ports.apiServer,
    "advertise-address": "127.0.0.1",
    // An address of loopback is no endpoint for pods; they do not talk to the API server here.
    "endpoint-reconciler-type": "none",
    "service-cluster-ip-range": serviceNetwork,
    "etcd-servers": `https://127.0.0.1:${String(ports.etcd)}`,
    "etcd-cafile": pki.authority("etcd").certificate,
    "etcd-certfile": pki.of("etcd-client").certificate,
    "etcd-keyfile": pki.of("etcd-client").key,
    "client-ca-file": authority,
    "tls-cert-file": pki.of("apiserver").certificate,
    "tls-private-key-file": pki.of("apiserver").key,
    "kubelet-certificate-authority": authority,
    "kubelet-client-certificate": pki.of("apiserver-kubelet").certificate,
    "kubelet-client-key": pki.of("apiserver-kubelet").key,
    // By default it would try the node's name first, which no name server knows.
    "kubelet-preferred-address-types": "InternalIP",
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": pki.serviceAccounts.publicKey,
    "service-account-signing-key-file": pki.serviceAccounts.privateKey,
    profiling: false,
  });
}

/** The controller manager. */
export function controllerManagerArguments({ ports, pki, folder }: ControlPlane): string[] {
  const authority = pki.authority("cluster");
  return flags({
    ...shared(folder, "controller-manager"),
    "secure-port": ports.controllerManager,
    "tls-cert-file": pki.of("controller-manager").certificate,
    "tls-private-key-file": pki.of("controller-manager").key,
    "client-ca-file": authority.certificate,
    "root-ca-file": authority.certificate,
    "cluster-signing-cert-file": authority.certificate,
    "cluster-signing-key-file": authority.key,
    "service-account-private-key-file": pki.serviceAccounts.privateKey,
    "use-service-account-credentials": true,
    // The defaults throttle a sandbox that deploys many apps at once.
    "kube-api-qps": 200,
    "kube-api-burst": 400,
  });
}

/** The scheduler. */
export function schedulerArguments({ ports, pki, folder }: ControlPlane): string[] {
  return flags({
    ...shared(folder, "scheduler"),
    "secure-port": ports.scheduler,
    "tls-cert-file": pki.of("scheduler").certificate,
    "tls-private-key-file": pki.of("scheduler").key,
    "client-ca-file": pki.authority("cluster").certificate,
    "kube-api-qps": 200,
    "kube-api-burst": 400,
  });
}

/** What both share. There is one of each, so an election would only take time. */
function shared(folder: string, user: string): Record<string, string | boolean> {
  return {
    "bind-address": "127.0.0.1",
    kubeconfig: kubeconfigFile(folder, user),
    "leader-elect": false,
    profiling: false,
  };
}
