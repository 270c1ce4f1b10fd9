import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ledger } from "../../models/books/ledger.ts";
import { Transfers } from "../../models/data-centre/transfer.ts";
import { FluidNetwork, Simulation } from "../../sim/index.ts";
import { finishedDomain } from "./finished-domain.ts";
import { loneVm } from "./lone-vm.ts";

test("what is broken off in the instant in which its last byte arrives is broken, and does not end as well", () => {
  const domain = finishedDomain({ ...loneVm, horizon: 1 });
  const vm = domain.clusters[0]!.vms[0]!;
  const sim = new Simulation();
  const transfers = new Transfers(new FluidNetwork(sim), new Ledger());
  const heard: string[] = [];
  const start = () =>
    transfers.start({
      errand: "capture",
      vm,
      bytes: 0,
      route: { over: [], hosts: [vm.host!], from: [], to: [], sourceShare: 0, linkShare: 0, uplinkShare: 0, weight: 0 },
      onDone: () => heard.push("done"),
      onBroken: (remaining) => heard.push(`broken, ${remaining} bytes to go`),
    });
  transfers.cancel(start());
  start();
  transfers.breakAt(vm.host!);
  start();
  sim.run();
  assert.equal(heard, ["broken, 0 bytes to go", "done"]);
  assert.is(transfers.active.size, 0);
});

test.run();
