import { existsSync, readFileSync } from "node:fs";
import { BlockList } from "node:net";

import * as z from "zod";

import type { Settings } from "../world/settings.ts";
import { run } from "./commands.ts";

type Network = Settings["network"];

const Links = z.array(z.object({ ifname: z.string().optional() }));
const Routes = z.array(z.object({ dst: z.string(), dev: z.string().optional(), gateway: z.string().optional() }));

/** A route of the machine, as `ip -json route` tells it. */
export type Route = z.infer<typeof Routes>[number];

const exists = (bridge: string) => existsSync(`/sys/class/net/${bridge}`);

/**
 * Makes the bridge that connects the node and its pods, and gives it the node's address. Does nothing when it is there.
 * @throws Error when the machine needs an address of that network for something else
 */
export async function createBridge({ bridge, prefix }: Network): Promise<void> {
  const routes = Routes.parse(JSON.parse(await run("ip", ["-4", "-json", "route", "show", "table", "all"])));
  const taken = takenBy({ bridge, prefix }, routes, readFileSync("/etc/resolv.conf", "utf8"));
  if (taken !== undefined)
    throw new Error(
      `network.prefix: ${prefix}.0/24 is taken by ${taken} of this machine; write another one (10.A.B) into the sandbox's settings.json`,
    );
  if (!exists(bridge)) await run("ip", ["link", "add", "name", bridge, "type", "bridge"]);
  await run("ip", ["address", "replace", `${prefix}.1/24`, "dev", bridge]);
  await run("ip", ["link", "set", bridge, "up"]);
}

/** What else of the machine has an address in the bridge's network: a network as small as it, a gateway or a name server. A larger network around it loses 256 addresses that nobody is likely to need. */
export function takenBy({ bridge, prefix }: Network, routes: readonly Route[], resolvConf: string): string | undefined {
  const own = new BlockList();
  own.addSubnet(`${prefix}.0`, 24, "ipv4");
  for (const { dst, dev, gateway } of routes) {
    if (dev === bridge) continue;
    if (gateway !== undefined && own.check(gateway)) return `the gateway ${gateway}`;
    const [address = "", bits = "32"] = dst.split("/");
    if (Number(bits) >= 24 && own.check(address)) return `the route to ${dst} by ${dev ?? "nothing"}`;
  }
  const servers = [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address ?? "");
  const server = servers.find((address) => own.check(address));
  return server === undefined ? undefined : `the name server ${server}`;
}

/** Removes the bridge and the pods' ends of it that are left. */
export async function removeBridge({ bridge }: Network): Promise<void> {
  if (!exists(bridge)) return;
  const links = Links.parse(JSON.parse(await run("ip", ["-json", "link", "show", "master", bridge])));
  for (const { ifname } of links) {
    // The kernel removes it by itself when the pod's network namespace goes, which may be in this moment.
    if (ifname !== undefined) await run("ip", ["link", "delete", ifname]).catch(() => undefined);
  }
  await run("ip", ["link", "delete", bridge]);
}
