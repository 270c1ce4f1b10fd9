// needs: qemu-system-x86, qemu-utils, build-essential, iproute2, nftables
// limit: 400s
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crossings, cutCluster } from "../../real/cut/cut-cluster.ts";
import { HostedGuest } from "../../real/guest/hosted-guest.ts";
import { skipUnless } from "../runner/skip.ts";
import { guestsPossible, NamespaceHosts, neededForGuests } from "./namespace-hosts.ts";

const hosts = new NamespaceHosts("c", "10.78.7.0/24", 2);
const cuts = suite("a cut of a cluster");
cuts.after(() => hosts.end());

/** Of each of two guests: what its tap has counted, and what it has sent by its own count. */
const countedAndSent = (guests: readonly HostedGuest[]) =>
  Promise.all(
    guests.map(async ({ agent, spec }, id) => {
      const { tap } = spec.network!;
      await agent.ask("countTraffic", { tap, from: id, to: [{ vm: 1 - id, mac: macOf(1 - id) }] }, 10_000);
      // What waited on its way is told before.
      for (let i = 0; i < 3; i++) await guests[id]!.beat(10_000);
      const { sent } = await guests[id]!.beat(10_000);
      const { counters } = await agent.ask("traffic", {}, 10_000);
      const { packets, bytes } = counters.find(({ from }) => from === id)!;
      return { sent, packets, bytes };
    }),
  );

const macOf = (id: number): string => `52:54:00:00:00:0${id}`;
const rates = { udp: 300, tcp: 300 };
const addressOf = (id: number): string => `10.78.7.${100 + id}`;

cuts(
  "of guests that talk has orphans where each is cut in its turn, and none behind a barrier",
  skipUnless(guestsPossible, neededForGuests, async (image) => {
    const guests = await Promise.all(
      (await hosts.agents(image)).map((agent, id) =>
        HostedGuest.start(agent, image, `g${id}`, {
          ...{ accelerator: "tcg", memory: 128, cores: 1 },
          network: { tap: `tap${id}`, mac: macOf(id) },
          workload: {
            ...{ id, image: 1, seed: id, beat: 0.1, address: `${addressOf(id)}/24` },
            classes: [{ content: "unique", pages: 4000, writesPerSecond: 500, compressRatio: 1 }],
            peers: [{ id: 1 - id, address: addressOf(1 - id), messages: rates }],
          },
        }),
      ),
    );
    for (const guest of guests)
      for (let tries = 0; ; tries++) {
        const { received } = await guest.beat(20_000);
        if (received[0] > 300 && received[1] > 300) break;
        assert.ok(tries < 100, `${guest.name} hears of its peer: ${received}`);
        await sleep(100);
      }

    const begun = await countedAndSent(guests);
    const alone = await cutCluster(guests, "independent", "stop-and-copy", 1, 0.5);
    assert.ok(alone.skew > 0.02, `skew ${alone.skew}`);
    assert.ok(alone.orphans[0] > 0 && alone.orphans[1] > 0, `orphans ${alone.orphans}`);
    for (const [number, mode] of [
      [2, "stop-and-copy"],
      [3, "post-copy"],
    ] as const) {
      await sleep(500);
      const together = await cutCluster(guests, "barrier", mode, number);
      assert.equal(together.orphans, [0, 0]);
      assert.ok(
        together.messages.every((count, way) => count > alone.messages[way]!),
        "they talked on",
      );
      assert.ok(
        together.skew < alone.skew && together.guests.every(({ pause }) => pause > 0),
        JSON.stringify(together),
      );
    }
    const agreed = await cutCluster(guests, "scheduled", "stop-and-copy", 4);
    assert.ok(agreed.skew < alone.skew, `${agreed.skew} against ${alone.skew}`);
    // Never before the agreed time, as far as the clocks could be compared.
    assert.ok(agreed.late! > -agreed.skewError && agreed.late! < 5, `late by ${agreed.late} ± ${agreed.skewError}`);
    assert.is(alone.late, null);
    for (const { skewError } of [alone, agreed]) assert.ok(skewError >= 1e-3 && skewError < 0.5, `± ${skewError}`);
    assert.match(
      await cutCluster(guests, "barrier", "pre-copy", 5).then(String, (error) => error.message),
      /a pre-copy has its rounds while guests run/,
    );
    const again = await cutCluster(guests, "barrier", "stop-and-copy", 4).then(String, (error) => error.message);
    assert.match(again, /EEXIST/);
    const after = await countedAndSent(guests);
    for (const [id, { packets, bytes, sent }] of after.entries()) {
      const before = begun[id]!;
      const [udp, tcp] = sent.map((count, way) => count - before.sent[way as 0 | 1]) as [number, number];
      // All headers of IP with UDP's, or with TCP's and its time stamps, are 28 or 52 bytes, and a message is 24: whatever
      // TCP puts together or acknowledges apart, 52 bytes a packet leave 24 for each of its messages.
      const [met, more] = [packets - before.packets, bytes - before.bytes];
      const counted = (more - 52 * met) / 24;
      // What a busy guest tells of itself may be a second or two old.
      const old = 2 * rates.tcp;
      assert.ok(tcp > 1000 && Math.abs(counted - tcp) < 0.05 * tcp + old, `${counted} by TCP at the tap, ${tcp} sent`);
      assert.ok(
        met > 0.95 * udp - old && met < 1.05 * (udp + 2 * tcp) + 3 * old,
        `${met} packets for ${udp} and ${tcp}`,
      );
    }
    // And all of them run on.
    for (const guest of guests) {
      const { received } = await guest.beat(10_000);
      await sleep(300);
      assert.ok((await guest.beat(10_000)).received[0] > received[0]);
      await guest.stop();
    }
  }),
);

cuts("counts as orphans what was received at one cut and not yet sent at the other", () => {
  const ledger = (id: number, peer: number, sent: [number, number], received: [number, number]) => ({
    ...{ id, sequence: 0 },
    peers: [{ id: peer, sent, received }],
  });
  const found = crossings([ledger(0, 1, [10, 20], [7, 9]), ledger(1, 0, [5, 9], [13, 15])]);
  assert.equal(found.orphans, [7 - 5 + 13 - 10, 0]);
  assert.equal(found.messages, [20, 24]);
});

cuts.run();
