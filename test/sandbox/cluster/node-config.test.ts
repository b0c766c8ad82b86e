import assert from "node:assert/strict";

import { capsuleCommand, capsuleScript, keptFolders, quote } from "../../../sandbox/cluster/capsule.ts";
import { containerdConfig, kubeletConfig, networkConfig } from "../../../sandbox/cluster/node-config.ts";
import { pki, settings } from "./support.ts";

const spec = {
  settings,
  pki,
  runtime: { containerd: "/c/containerd", shims: "/c", runc: "/r/runc", plugins: "/p", description: "" },
  folder: '/a "b"/node',
  snapshotter: "native",
} as const;

describe("the kubelet's configuration", () => {
  const config = Object.entries(kubeletConfig(spec));
  const cases: readonly [string, unknown][] = [
    ["address", "10.26.27.1"],
    ["healthzBindAddress", "127.0.0.1"],
    ["readOnlyPort", 0],
    [
      "authentication",
      { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: "/pki/cluster-ca.crt" } },
    ],
    ["cgroupRoot", "/drover-0a1b"],
    ["failCgroupV1", false],
    ["imageGCHighThresholdPercent", 100],
    ["makeIPTablesUtilChains", false],
    ["serializeImagePulls", false],
    ["syncFrequency", "10s"],
  ];
  for (const [key, value] of cases)
    it(`sets ${key}`, () => {
      assert.deepEqual(new Map(config).get(key), value);
    });
});

describe("containerd's configuration", () => {
  const text = containerdConfig(spec);
  const lines = [
    'root = "/a \\"b\\"/node/containerd-native"',
    'sandbox_image = "127.0.0.1:2009/drover/pause:1"',
    'snapshotter = "native"',
    'BinaryName = "/r/runc"',
    'bin_dir = "/p"',
    'conf_dir = "/a \\"b\\"/node/cni"',
    'path = "/run/containerd/opt"',
  ];
  for (const line of lines)
    it(`says ${line}`, () => {
      assert.ok(
        text.split("\n").some((each) => each.trim() === line),
        text,
      );
    });
});

describe("the pods' network", () => {
  it("stays on the bridge and changes nothing of the machine", () => {
    const [plugin] = networkConfig(settings.network).plugins;
    assert.deepEqual(plugin, {
      type: "bridge",
      bridge: "drover-0a1b",
      ipMasq: false,
      isGateway: false,
      ipam: {
        type: "host-local",
        dataDir: "/run/pod-addresses",
        ranges: [[{ subnet: "10.26.27.0/24", rangeStart: "10.26.27.2" }]],
      },
    });
  });
});

describe("the capsule", () => {
  it("ends with its first process", () => {
    assert.ok(capsuleCommand("/x.sh").includes("--kill-child"));
    assert.ok(capsuleCommand("/x.sh").includes("--pid"));
  });

  const kept: readonly { keep: string[]; expected: string[]; why: string }[] = [
    { keep: ["/home/me/.sandbox", "/usr/bin"], expected: [], why: "folders that the capsule leaves alone" },
    { keep: ["/var/lib/ci/x"], expected: ["/var/lib/ci/x"], why: "a checkout below a replaced folder" },
    {
      keep: ["/var/lib/ci/x/bin", "/var/lib/ci/x", "/var/lib/ci/x/"],
      expected: ["/var/lib/ci/x"],
      why: "one inside another",
    },
    { keep: ["/run/user/1/b", "/run/user/1/a"], expected: ["/run/user/1/a", "/run/user/1/b"], why: "several" },
    { keep: ["/runner/work", "/var/library"], expected: [], why: "names that only begin alike" },
  ];
  for (const { keep, expected, why } of kept)
    it(`knows what to keep: ${why}`, () => {
      assert.deepEqual(keptFolders(keep), expected);
    });

  const words: readonly [string, string][] = [
    ["plain", "'plain'"],
    ["with space", "'with space'"],
    ["$HOME`x`", "'$HOME`x`'"],
    ["it's", `'it'\\''s'`],
  ];
  for (const [word, quoted] of words)
    it(`quotes ${word} for the shell`, () => {
      assert.equal(quote(word), quoted);
    });

  it("hides the machine's folders only after it has kept what it needs of them", () => {
    const script = capsuleScript({
      stage: "/var/lib/ci/node/capsule",
      keep: ["/var/lib/ci"],
      path: ["/c"],
      containerd: ["/c/containerd", "--config", "/x y.toml"],
      awaitContainerd: ["/n/node", "await.ts"],
      kubelet: ["/k/kubelet"],
    });
    const at = (text: string) => {
      assert.ok(script.includes(text), script);
      return script.indexOf(text);
    };
    assert.ok(
      at("mount --rbind '/var/lib/ci' '/var/lib/ci/node/capsule/var/lib/ci'") < at("capsule/var/lib' /var/lib\n"),
    );
    assert.ok(at("'/c/containerd' '--config' '/x y.toml'") < at("'/n/node' 'await.ts'"));
    assert.ok(at("'/n/node' 'await.ts'") < at("'/k/kubelet'"));
    assert.ok(at("capsule/sys/kernel.panic' /proc/sys/kernel/panic") > 0);
  });
});
