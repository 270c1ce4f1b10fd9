import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod/mini";
import { environmentOf } from "../agent/programs.ts";
import type { Arguments, Result } from "../agent/protocol.ts";
import { networkDevices } from "../network-devices.ts";

const table = "netdev snapback";
const deadline = 10_000;
const mostBytes = 2 ** 22;

/**
 * The rules by which a tap's packets are counted where they come from the guest into the host: a guest may say that it is
 * another one, but it has its tap. Counters are of a VM on this host, and go on when its next life has another tap.
 */
export const countingRules = ({ tap, from, to }: Arguments<"countTraffic">): string => {
  const chain = `${table} from${from}`;
  return [
    `add table ${table}`,
    ...to.map(({ vm }) => `add counter ${table} from${from}to${vm}`),
    // A chain is bound to its device: that of an earlier life makes room.
    ...[`add chain ${chain}`, `flush chain ${chain}`, `delete chain ${chain}`],
    `add chain ${chain} { type filter hook ingress device "${tap}" priority 0; }`,
    ...to.map(({ vm, mac }) => `add rule ${chain} ether daddr ${mac} counter name "from${from}to${vm}"`),
    "",
  ].join("\n");
};

const count = z.int().check(z.nonnegative());
const counter = z.object({ family: z.string(), table: z.string(), name: z.string(), packets: count, bytes: count });
const listed = z.object({ nftables: z.array(z.object({ counter: z.optional(counter) })) });

/** Our counters among those that `nft --json list counters` tells of. @throws ZodError, or SyntaxError, for anything else */
export const countersIn = (text: string): Result<"traffic">["counters"] =>
  listed.parse(JSON.parse(text)).nftables.flatMap(({ counter }) => {
    if (counter === undefined || `${counter.family} ${counter.table}` !== table) return [];
    const { packets, bytes, name } = counter;
    const [, from, to] = /^from(\d+)to(\d+)$/.exec(name) ?? [];
    return [{ from: Number(from), to: Number(to), packets, bytes }];
  });

const nft = async (owner: string, args: readonly string[], input = ""): Promise<string> => {
  const running = promisify(execFile)("nft", args, {
    env: environmentOf(owner),
    timeout: deadline,
    maxBuffer: mostBytes,
  });
  // It may have ended before it has read.
  running.child.stdin?.on("error", () => {});
  running.child.stdin?.end(input);
  return (await running).stdout;
};

/** Begins to count what comes out of a tap. The rules live in the host's network, and end with it. */
export const countTraffic = async (owner: string, given: Arguments<"countTraffic">): Promise<void> => {
  // Its guest may have ended meanwhile.
  if (networkDevices().includes(given.tap)) await nft(owner, ["-f", "-"], countingRules(given));
};

/** What has been counted so far. */
export const trafficCounted = async (owner: string): Promise<Result<"traffic">> => ({
  counters: countersIn(await nft(owner, ["--json", "list", "counters"])),
});
