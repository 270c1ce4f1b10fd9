import { test } from "uvu";
import * as assert from "uvu/assert";
import { multicastTime, peerTime, unicastTime } from "../../models/analytic/distribution-time.ts";
import { nackTransmissions } from "../../models/analytic/nack-multicast.ts";
import { DataCentre, type Host } from "../../models/data-centre/data-centre.ts";
import { RouteBuilder } from "../../models/data-centre/route.ts";
import { type TransferWay, transferWays } from "../../models/scenario.ts";
import { deliver, hops } from "../../models/transfer/deliver.ts";
import { FluidNetwork, Simulation } from "../../sim/index.ts";
import { smallCluster } from "./small-cluster.ts";

const bytes = 1e9;
const { nic } = smallCluster.dataCentre.host;

/** Host 0 sends to so many others; seconds until all have all, and what the links carried. */
const sendTo = (receivers: number, way: TransferWay, { hostsPerRack = 100, loss = 0 } = {}) => {
  const sim = new Simulation();
  const net = new FluidNetwork(sim);
  const racks = Math.ceil((receivers + 1) / hostsPerRack);
  const centre = new DataCentre(net, { ...smallCluster.dataCentre, racks, hostsPerRack, uplink: 1e12 });
  const [source, ...others] = centre.hosts as [Host, ...Host[]];
  const builder = new RouteBuilder(centre);
  deliver(builder, source, others.slice(0, receivers), 1, { way, loss });
  const route = builder.build();
  let end = Number.NaN;
  net.transfer({ bytes, over: route.over, onDone: () => (end = sim.now) });
  sim.run();
  return { route, seconds: end };
};

const near = (one: number, other: number, what: string): void =>
  assert.ok(Math.abs(one - other) <= 1e-9 * Math.abs(other), `${what}: ${one}, expected ${other}`);

test("no way is faster than theory allows, and chain, swarm and multicast are as fast", () => {
  for (const receivers of [1, 2, 3, 7, 31]) {
    const given = { bytes, receivers, sourceUp: nic, receiverDown: nic, receiverUp: nic };
    const time = (way: TransferWay): number => sendTo(receivers, way).seconds;
    near(time("unicast"), unicastTime(given), `unicast to ${receivers}`);
    near(time("multicast"), multicastTime(given), `multicast to ${receivers}`);
    near(time("chain"), peerTime(given), `chain of ${receivers}`);
    near(time("swarm"), peerTime(given), `swarm of ${receivers}`);
    near(time("tree"), Math.min(2, receivers) * peerTime(given), `tree of ${receivers}: two children share a card`);
  }
});

test("every receiver gets each byte once over its card, and multicast crosses each uplink once", () => {
  for (const way of transferWays) {
    const { route } = sendTo(5, way, { hostsPerRack: 2 });
    const into = route.over.filter(({ link }) => link.name.endsWith("nic in"));
    assert.is(into.length, 5);
    for (const { link, share } of into) near(share, 1, `${way}: ${link.name}`);
    const sent = route.over
      .filter(({ link }) => link.name.endsWith("nic out"))
      .reduce((sum, { share }) => sum + share, 0);
    near(sent, way === "multicast" ? 1 : 5, `${way}: sent by all`);
    near(route.linkShare, 5 + sent + route.uplinkShare, `${way}: over links`);
  }
  const over = (way: TransferWay): number => sendTo(5, way, { hostsPerRack: 2 }).route.uplinkShare;
  assert.is(over("multicast"), 1 + 2, "up once, down to each of two racks");
  assert.is(over("unicast"), 2 * 4);
  assert.is(over("chain"), 2 * 2, "from rack to rack to rack");
});

test("the source of a peer transfer sends everything once, of a tree twice, of unicast to everybody", () => {
  const sent = (way: TransferWay): number => sendTo(6, way).route.sourceShare;
  assert.equal(
    transferWays.map((way) => [way, Math.round(1e9 * sent(way)) / 1e9]),
    [
      ["unicast", 6],
      ["multicast", 1],
      ["chain", 1],
      ["tree", 2],
      ["swarm", 1],
    ],
  );
});

test("lost packets are sent again: on one hop 1 / (1 - p) times, to a group as often as NACKs ask", () => {
  near(sendTo(1, "unicast", { loss: 0.2 }).route.sourceShare, 1.25, "one hop");
  near(sendTo(4, "chain", { loss: 0.2 }).route.linkShare, 8 * 1.25, "each hop of a chain");
  near(sendTo(4, "multicast", { loss: 0.2 }).route.sourceShare, nackTransmissions(0.2, 4), "a group");
});

test("the first piece passes as many hops as the tree is deep", () => {
  assert.equal(
    [1, 2, 3, 6, 7, 14, 15].map((receivers) => hops("tree", receivers)),
    [1, 1, 2, 2, 3, 3, 4],
  );
  assert.equal(
    transferWays.map((way) => hops(way, 5)),
    [1, 1, 5, 2, 2],
  );
  assert.is(hops("chain", 0), 0);
});

test("nothing is sent to the source itself", () => {
  const centre = new DataCentre(new FluidNetwork(new Simulation()), smallCluster.dataCentre);
  for (const way of transferWays) {
    const route = new RouteBuilder(centre);
    deliver(route, centre.hosts[0]!, [centre.hosts[0]!], 1, { way, loss: 0 });
    assert.is(route.build().over.length, 0, way);
  }
});

test.run();
