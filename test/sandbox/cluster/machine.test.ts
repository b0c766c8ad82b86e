import assert from "node:assert/strict";

import { isUnified, missingControllers, parseHierarchies } from "../../../sandbox/cluster/cgroups.ts";
import { packageName, pickPackage } from "../../../sandbox/cluster/debian-packages.ts";
import { judge } from "../../../sandbox/cluster/node-capability.ts";
import type { Findings } from "../../../sandbox/cluster/node-capability.ts";
import { takenBy } from "../../../sandbox/cluster/node-network.ts";
import type { Route } from "../../../sandbox/cluster/node-network.ts";
import { notBack, parsePods } from "../../../sandbox/cluster/node-pods.ts";

describe("cgroup hierarchies", () => {
  const version1 = ["cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "pids"].map(
    (names, index) =>
      `${String(40 + index)} 31 0:30 / /sys/fs/cgroup/${names} rw,relatime shared:9 - cgroup cgroup rw,${names}`,
  );
  const hybrid = [
    "27 1 254:0 / / rw - ext4 /dev/vda rw",
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
    ...version1,
    "50 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd",
    "51 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    "52 31 0:39 / /mnt/cgroup rw - cgroup cgroup rw,cpu",
  ].join("\n");
  const unified = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate";

  it("are read out of mountinfo", () => {
    const all = parseHierarchies(hybrid);
    assert.equal(all.length, 8);
    assert.deepEqual(all[0], { folder: "/sys/fs/cgroup/cpu,cpuacct", version: 1, controllers: ["cpu", "cpuacct"] });
    assert.deepEqual(all.at(-1), { folder: "/sys/fs/cgroup/unified", version: 2, controllers: [] });
    assert.deepEqual(parseHierarchies(unified), [{ folder: "/sys/fs/cgroup", version: 2, controllers: [] }]);
  });

  it("are unified only when version 2 is alone", () => {
    assert.equal(isUnified(parseHierarchies(hybrid)), false);
    assert.equal(isUnified(parseHierarchies(unified)), true);
  });

  const cases: readonly { name: string; mounts: string; offered: string; missing: string[] }[] = [
    { name: "version 1, complete", mounts: hybrid, offered: "", missing: [] },
    { name: "version 1 without pids", mounts: hybrid.replaceAll("pids", "net_cls"), offered: "", missing: ["pids"] },
    { name: "version 2, complete", mounts: unified, offered: "cpuset cpu io memory hugetlb pids\n", missing: [] },
    { name: "version 2 without cpuset", mounts: unified, offered: "cpu io memory pids\n", missing: ["cpuset"] },
    {
      name: "nothing mounted",
      mounts: "",
      offered: "",
      missing: ["cpu", "cpuset", "memory", "pids", "cpuacct", "devices", "freezer"],
    },
  ];
  for (const { name, mounts, offered, missing } of cases)
    it(`tell which controllers are missing: ${name}`, () => {
      assert.deepEqual(
        missingControllers(parseHierarchies(mounts), () => offered),
        missing,
      );
    });
});

describe("Debian packages", () => {
  const files: readonly [string, string | undefined][] = [
    ["containerd_1.6.20~ds1-1+deb12u3_amd64.deb", "containerd"],
    ["containerd_1.6.20~ds1-1+deb12u3_amd64", "containerd"],
    ["libstdc++6_12.2.0-14_amd64.deb", "libstdc++6"],
    ["linux-base_4%3a9_all.deb", "linux-base"],
    ["draft-Xy12Zz", undefined],
    ["containerd", undefined],
  ];
  for (const [file, name] of files)
    it(`reads the name of ${file}`, () => {
      assert.equal(packageName(file), name);
    });

  it("takes the newest of several versions, and none of another package", () => {
    const folders = ["runc_1.1.5_amd64", "runc_1.1.12_amd64", "runc-tools_9_amd64", "runc_1.1.9_amd64"];
    assert.equal(pickPackage(folders, "runc"), "runc_1.1.12_amd64");
    assert.equal(pickPackage(folders, "containerd"), undefined);
  });
});

describe("whether a machine can have a real node", () => {
  const good: Findings = {
    platform: "linux",
    user: 0,
    missingCommands: [],
    kernelLog: true,
    namespaces: undefined,
    missingControllers: [],
    cgroups: undefined,
    runtime: undefined,
  };
  const cases: readonly [Partial<Findings>, string][] = [
    [{ platform: "darwin", user: 501 }, "a node runs on Linux, this is darwin"],
    [{ user: 1000 }, "a node needs root, this is user 1000"],
    [{ missingCommands: ["unshare", "ip"] }, "unshare, ip missing (Debian packages util-linux, mount and iproute2)"],
    [{ kernelLog: false }, "the kubelet reads /dev/kmsg, which this machine lacks"],
    [
      { namespaces: "unshare failed: Operation not permitted" },
      "namespaces, mounts or network devices are refused: unshare failed: Operation not permitted",
    ],
    [{ missingControllers: ["memory"] }, "below /sys/fs/cgroup the controllers memory are missing"],
    [{ cgroups: "EROFS: read-only file system" }, "cgroups can't be made: EROFS: read-only file system"],
    [{ runtime: "containerd, runc not found" }, "containerd, runc not found"],
  ];
  it("is yes where nothing stands against it", () => {
    assert.deepEqual(judge(good), { ok: true });
  });
  for (const [finding, reason] of cases)
    it(`is no: ${reason}`, () => {
      assert.deepEqual(judge({ ...good, ...finding }), { ok: false, reason });
    });
});

describe("the bridge's network", () => {
  const network = { bridge: "drover-0a1b", prefix: "10.26.27" };
  const cases: readonly [string, Route[], string, string | undefined][] = [
    ["is free", [{ dst: "default", gateway: "192.168.1.1", dev: "eth0" }], "nameserver 192.168.1.1", undefined],
    ["is its own", [{ dst: "10.26.27.0/24", dev: "drover-0a1b" }], "", undefined],
    ["lies in a larger network", [{ dst: "10.0.0.0/8", dev: "eth0" }], "", undefined],
    ["is another's", [{ dst: "10.26.27.128/25", dev: "docker0" }], "", "the route to 10.26.27.128/25 by docker0"],
    ["has the machine's own address", [{ dst: "10.26.27.9", dev: "lo" }], "", "the route to 10.26.27.9 by lo"],
    ["has the gateway", [{ dst: "default", gateway: "10.26.27.1", dev: "eth0" }], "", "the gateway 10.26.27.1"],
    ["has the name server", [], "search x\nnameserver 10.26.27.53\n", "the name server 10.26.27.53"],
  ];
  for (const [name, routes, resolvConf, expected] of cases)
    it(`is looked at: it ${name}`, () => {
      assert.equal(takenBy(network, routes, resolvConf), expected);
    });
});

describe("pods after the node's restart", () => {
  const pod = (name: string, ready: string, startedAt?: string) => ({
    metadata: { namespace: "app", name },
    status: {
      conditions: [{ type: "Ready", status: ready }],
      containerStatuses: [{ state: startedAt === undefined ? { waiting: {} } : { running: { startedAt } } }],
    },
  });
  const since = new Date("2026-01-01T00:00:10Z");
  const pods = parsePods(
    JSON.stringify({
      items: [
        pod("stale", "True", "2026-01-01T00:00:05Z"),
        pod("back", "True", "2026-01-01T00:00:10Z"),
        pod("starting", "False", "2026-01-01T00:00:12Z"),
        pod("crashing", "False"),
        pod("new", "False"),
      ],
    }),
  );

  it("are back when they are ready and were started since", () => {
    const wanted = ["stale", "back", "starting", "crashing", "gone"].map((name) => `app/${name}`);
    assert.deepEqual(notBack(wanted, pods, since), ["app/stale", "app/starting", "app/crashing"]);
  });
});
