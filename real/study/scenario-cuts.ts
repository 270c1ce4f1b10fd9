import { setTimeout as sleep } from "node:timers/promises";
import { anyTraffic } from "../../models/cut/traffic.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import type { AgentClient } from "../agent/client.ts";
import type { Result } from "../agent/protocol.ts";
import { allOf } from "../all-of.ts";
import { verifyCapture } from "../capture/verification.ts";
import { cutCluster, type RealProtocol } from "../cut/cut-cluster.ts";
import type { GuestImage } from "../guest/guest-image.ts";
import { type GuestSpec, HostedGuest, untilItHears } from "../guest/hosted-guest.ts";
import { replayObstacles } from "../replay/replayable.ts";
import { type GuestNetwork, guestsOf } from "../replay/scenario-guests.ts";
import { drawn } from "./shuffled.ts";
import type { Figures } from "./validation.ts";

/**
 * What keeps real guests from being captured as a scenario says, each key with what it is and what it would have to be. Copies,
 * failures and rollbacks are no part of it, whatever they are.
 */
export const captureObstacles = (scenario: ClusterScenario): string[] => {
  const { cluster, snapshot } = scenario;
  // One guest alone is captured without a cut of its cluster.
  const cut = cluster.vms === 1 ? { ...snapshot, cut: "independent" as const } : snapshot;
  const asked = { ...scenario, cluster: { ...cluster, vms: Math.max(2, cluster.vms) }, snapshot: cut };
  return [
    ...replayObstacles(asked, Number.POSITIVE_INFINITY).filter((one) => /^(cluster|snapshot)\./.test(one)),
    ...(snapshot.record === "full"
      ? []
      : [`snapshot.record: ${snapshot.record}; whole captures are compared (record: full)`]),
  ];
};

/** One cut of a scenario's guests, and whether all captures of it are of one moment. */
export interface VerifiedCut extends Figures {
  readonly state: "verified" | "corrupt";
  readonly reason: string;
}

interface Stage {
  readonly agents: readonly AgentClient[];
  readonly image: GuestImage;
  readonly accelerator: GuestSpec["accelerator"];
  readonly network: GuestNetwork;
}

/** Seconds for which guests work before their cut, at least and at most. */
const settles = { least: 1, most: 3 };

/**
 * Boots the guests of a scenario on the hosts in turn, lets them work for a while, cuts them as it says, and verifies each
 * capture. Pause, duration and bytes are those that the simulator's columns tell of a snapshot: of the guest that stands still
 * longest, from the last cut (of a pre-copy, its first round) to the last page, of all guests together.
 *
 * @param seed decides how long they work
 * @throws TestbedError
 */
export const cutScenario = async (
  { agents, image, accelerator, network }: Stage,
  scenario: ClusterScenario,
  seed: string,
): Promise<VerifiedCut> => {
  const { cluster, snapshot } = scenario;
  const guests: HostedGuest[] = [];
  const left: { readonly agent: AgentClient; readonly name: string }[] = [];
  try {
    await allOf(
      guestsOf(scenario, network, accelerator).map(async (spec, i) => {
        guests[i] = await HostedGuest.start(agents[i % agents.length]!, image, `v${i}`, spec);
      }),
    );
    if (anyTraffic(cluster.traffic)) for (const guest of guests) await untilItHears(guest, guests.length - 1);
    await sleep(1000 * (settles.least + (settles.most - settles.least) * drawn(seed)));
    for (const { agent, name } of guests) left.push({ agent, name: `${name}.0` }, { agent, name: `${name}.0.layer` });
    const captured: readonly Result<"capture">[] =
      guests.length === 1
        ? [await guests[0]!.capture(snapshot.capture, "v0.0")]
        : (await cutCluster(guests, snapshot.cut as RealProtocol, snapshot.capture, 0)).guests;
    for (const guest of guests) await guest.hold(true);
    const reasons: string[] = [];
    for (const [i, guest] of guests.entries()) {
      const found = await verifyCapture(guest, `${guest.name}.0`, captured[i]!.disk!);
      if (found.state === "corrupt") reasons.push(`${guest.name}: ${found.reason}`);
    }
    const reason = reasons.join("; ");
    return { ...figures(snapshot.capture, captured), state: reason === "" ? "verified" : "corrupt", reason };
  } finally {
    for (const guest of guests.filter((one) => one !== undefined)) await guest.stop();
    for (const { agent, name } of left) await agent.ask("removeFile", { name }, 10_000).catch(() => {});
  }
};

const figures = (mode: ClusterScenario["snapshot"]["capture"], captured: readonly Result<"capture">[]): Figures => {
  const begins = captured.map(({ cutAt, untilCut }) => (mode === "pre-copy" ? cutAt - untilCut : cutAt));
  const ends = captured.map(({ cutAt, untilCut, duration }) => cutAt - untilCut + duration);
  return {
    pause: Math.max(...captured.map(({ pause }) => pause)),
    captureDuration: Math.max(...ends) - (mode === "pre-copy" ? Math.min(...begins) : Math.max(...begins)),
    captureBytes: captured.reduce((sum, { bytes }) => sum + bytes, 0),
  };
};
