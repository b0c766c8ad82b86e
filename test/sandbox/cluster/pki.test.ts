import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { openPki, readPair, serviceNetwork, subjects } from "../../../sandbox/cluster/pki.ts";
import type { Identity, Pki } from "../../../sandbox/cluster/pki.ts";

const clientUsage = "1.3.6.1.5.5.7.3.2";
const serverUsage = "1.3.6.1.5.5.7.3.1";
const address = "10.1.2.1";

describe("the cluster's certificates", () => {
  let root: string;
  let folder: string;
  let pki: Pki;
  const certificate = (identity: Identity) => new X509Certificate(readFileSync(pki.of(identity).certificate));

  before(async () => {
    root = mkdtempSync(path.join(os.tmpdir(), "pki-"));
    folder = path.join(root, "pki");
    pki = await openPki(folder, address);
  });
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const cases: readonly {
    identity: Identity;
    subject: string;
    names: string | undefined;
    authority: "cluster" | "etcd";
  }[] = [
    {
      identity: "apiserver",
      subject: "CN=kube-apiserver",
      names:
        "IP Address:127.0.0.1, IP Address:198.18.0.1, DNS:localhost, DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local",
      authority: "cluster",
    },
    { identity: "admin", subject: "O=system:masters\nCN=drover:admin", names: undefined, authority: "cluster" },
    {
      identity: "kubelet",
      subject: "O=system:nodes\nCN=system:node:sandbox",
      names: "IP Address:10.1.2.1, IP Address:127.0.0.1, DNS:localhost, DNS:sandbox",
      authority: "cluster",
    },
    {
      identity: "scheduler",
      subject: "CN=system:kube-scheduler",
      names: "IP Address:127.0.0.1, DNS:localhost",
      authority: "cluster",
    },
    {
      identity: "controller-manager",
      subject: "CN=system:kube-controller-manager",
      names: "IP Address:127.0.0.1, DNS:localhost",
      authority: "cluster",
    },
    { identity: "ingress", subject: "CN=drover:ingress", names: undefined, authority: "cluster" },
    { identity: "etcd", subject: "CN=etcd", names: "IP Address:127.0.0.1, DNS:localhost", authority: "etcd" },
    { identity: "etcd-client", subject: "CN=kube-apiserver", names: undefined, authority: "etcd" },
  ];
  for (const { identity, subject, names, authority } of cases)
    it(`says who ${identity} is and comes from the authority ${authority}`, () => {
      const own = certificate(identity);
      const issuer = new X509Certificate(readFileSync(pki.authority(authority).certificate));
      assert.equal(own.subject, subject);
      assert.equal(own.subjectAltName, names);
      assert.deepEqual(own.keyUsage, names === undefined ? [clientUsage] : [clientUsage, serverUsage]);
      assert.equal(own.ca, false);
      assert.ok(own.checkIssued(issuer) && own.verify(issuer.publicKey));
      assert.ok(own.checkPrivateKey(createPrivateKey(readFileSync(pki.of(identity).key))));
    });

  it("gives etcd an authority that the cluster's does not stand in for", () => {
    const cluster = new X509Certificate(readFileSync(pki.authority("cluster").certificate));
    assert.ok(cluster.ca);
    assert.equal(certificate("etcd-client").verify(cluster.publicKey), false);
  });

  it("is valid for ten years", () => {
    const { validFromDate, validToDate } = certificate("kubelet");
    assert.equal(validToDate.getUTCFullYear() - validFromDate.getUTCFullYear(), 10);
    assert.ok(validFromDate < new Date());
  });

  it("names the first address of the Services' network, which is the API server's own Service", () => {
    const first = serviceNetwork.replace(/\.0\/\d+$/, ".1");
    assert.ok(subjects(address).apiserver.hosts.includes(first));
  });

  it("has a key pair for service-account tokens that belong together", () => {
    const derived = createPublicKey(readFileSync(pki.serviceAccounts.privateKey));
    const stored = createPublicKey(readFileSync(pki.serviceAccounts.publicKey));
    assert.ok(derived.equals(stored));
  });

  it("lets only the owner read it", () => {
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const file of readdirSync(folder)) assert.equal(statSync(path.join(folder, file)).mode & 0o777, 0o600, file);
  });

  it("keeps what is there and makes what is missing", async () => {
    const [admin, kubelet] = [readPair(pki.of("admin")), readPair(pki.of("kubelet"))];
    unlinkSync(pki.of("kubelet").certificate);
    await openPki(folder, address);
    assert.deepEqual(readPair(pki.of("admin")), admin);
    assert.notDeepEqual(readPair(pki.of("kubelet")), kubelet);
    assert.ok(
      certificate("kubelet").verify(new X509Certificate(readFileSync(pki.authority("cluster").certificate)).publicKey),
    );
  });

  it("issues anew what names another address than the server has, and nothing else", async () => {
    const [admin, apiServer] = [readPair(pki.of("admin")), readPair(pki.of("apiserver"))];
    await openPki(folder, "10.9.9.1");
    assert.ok(certificate("kubelet").checkIP("10.9.9.1"));
    assert.deepEqual(readPair(pki.of("admin")), admin);
    assert.deepEqual(readPair(pki.of("apiserver")), apiServer);
  });
});
