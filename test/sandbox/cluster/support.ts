import type { Pki } from "../../../sandbox/cluster/pki.ts";
import type { Settings } from "../../../sandbox/world/settings.ts";

/** Settings with a different number for each port. */
export const settings: Settings = {
  ports: {
    etcd: 2001,
    etcdPeer: 2002,
    apiServer: 2003,
    controllerManager: 2004,
    scheduler: 2005,
    kubelet: 2006,
    kubeletHealth: 2007,
    kwok: 2008,
    registry: 2009,
    privateRegistry: 2010,
    rancher: 2011,
    ingress: 2012,
    ingressApi: 2013,
    github: 2014,
    actions: 2015,
  },
  tokens: { deployer: "token-aaaaa:b", reader: "token-ccccc:d" },
  githubTokens: { admin: "secret", developer: "secret", reader: "secret", app: "secret", emulator: "secret" },
  registryAccount: { username: "drover", password: "secret" },
  passphrase: "secret",
  network: { bridge: "drover-0a1b", prefix: "10.26.27" },
};

/** File names of certificates that nobody made. */
export const pki: Pki = {
  authority: (name) => ({ certificate: `/pki/${name}-ca.crt`, key: `/pki/${name}-ca.key` }),
  of: (identity) => ({ certificate: `/pki/${identity}.crt`, key: `/pki/${identity}.key` }),
  serviceAccounts: { privateKey: "/pki/service-accounts.key", publicKey: "/pki/service-accounts.pub" },
};
