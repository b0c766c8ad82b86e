import assert from "node:assert/strict";

import { parse } from "yaml";

import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
  flags,
  schedulerArguments,
} from "../../../sandbox/cluster/control-plane-arguments.ts";
import { traefikArguments } from "../../../sandbox/cluster/ingress.ts";
import { renderKubeconfig } from "../../../sandbox/cluster/kubeconfig.ts";
import { pki, settings } from "./support.ts";

const plane = { ports: settings.ports, pki, folder: "/data" };
const servers = {
  etcd: etcdArguments(plane),
  "the API server": apiServerArguments(plane),
  "the controller manager": controllerManagerArguments(plane),
  "the scheduler": schedulerArguments(plane),
  Traefik: traefikArguments(settings.ports),
};

describe("the command lines of the control plane", () => {
  for (const [name, args] of Object.entries(servers)) {
    it(`have ${name} listen on loopback alone`, () => {
      const addresses = args
        .flatMap((arg) => arg.match(/\d+\.\d+\.\d+\.\d+/g) ?? [])
        .filter((ip) => !ip.startsWith("198.18."));
      assert.ok(addresses.length > 0);
      assert.deepEqual([...new Set(addresses)], ["127.0.0.1"]);
    });
    it(`give ${name} each flag once and no secret`, () => {
      const names = args.map((arg) => arg.split("=")[0]);
      assert.equal(new Set(names).size, names.length);
      assert.ok(!args.join(" ").includes("secret"));
    });
  }

  const expected: readonly [keyof typeof servers, string][] = [
    ["etcd", "--listen-client-urls=https://127.0.0.1:2001"],
    ["etcd", "--listen-peer-urls=https://127.0.0.1:2002"],
    ["etcd", "--client-cert-auth=true"],
    ["the API server", "--secure-port=2003"],
    ["the API server", "--authorization-mode=Node,RBAC"],
    ["the API server", "--kubelet-preferred-address-types=InternalIP"],
    ["the API server", "--etcd-cafile=/pki/etcd-ca.crt"],
    ["the controller manager", "--secure-port=2004"],
    ["the controller manager", "--kubeconfig=/data/controller-manager.kubeconfig"],
    ["the scheduler", "--secure-port=2005"],
    ["Traefik", "--entrypoints.web.address=127.0.0.1:2012"],
    ["Traefik", "--providers.kubernetesingress.ingressendpoint.ip=127.0.0.1"],
  ];
  for (const [name, flag] of expected)
    it(`give ${name} ${flag}`, () => {
      assert.ok(servers[name].includes(flag), servers[name].join("\n"));
    });

  it("write switches with their value", () => {
    assert.deepEqual(flags({ "a-port": 1, b: false, c: "d=e" }), ["--a-port=1", "--b=false", "--c=d=e"]);
  });
});

describe("a kubeconfig", () => {
  it("carries its certificates in itself", () => {
    const text = renderKubeconfig({
      server: "https://127.0.0.1:2003",
      authority: "CA",
      user: "admin",
      credentials: { certificate: "CERT", key: "KEY" },
    });
    assert.deepEqual(parse(text), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "sandbox", cluster: { server: "https://127.0.0.1:2003", "certificate-authority-data": "Q0E=" } },
      ],
      users: [{ name: "admin", user: { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" } }],
      contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "admin" } }],
      "current-context": "sandbox",
    });
  });
});
