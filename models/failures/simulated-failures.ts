import type { Streams } from "../../sim/index.ts";
import type { Host } from "../data-centre/data-centre.ts";
import { lifetime } from "../laws.ts";
import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { allOutages } from "./all-outages.ts";
import { Corruptions } from "./corruption.ts";
import type { Component, Outage } from "./failure-spec.ts";
import { falseSuspicions } from "./false-suspicion.ts";
import { latentErrorsOf } from "./latent-times.ts";
import { countsOf } from "./listed-failures.ts";
import { Machines } from "./machines.ts";
import { Racks } from "./racks.ts";
import { type Shock, shocksOf } from "./shocks.ts";
import { silentErrors } from "./silent-errors.ts";

/**
 * Lets everything in a domain fail as its scenario says (model.md, section 7). When and what fails is drawn before the run
 * from streams of its own, so that policies are compared on the same failures; each is an appointment in model time.
 */
export class SimulatedFailures {
  readonly #domain: SimulatedDomain;
  readonly #machines: Machines;
  readonly #racks: Racks;
  readonly #corruptions: Corruptions;
  readonly #slow = new Set<Host>();
  /** Time until a wrong restore is found. */
  readonly #latency: () => number;

  constructor(domain: SimulatedDomain, streams: Streams) {
    this.#domain = domain;
    const beats = streams.get("phases of heartbeats");
    const { detection } = domain.scenario;
    const phases = domain.centre.hosts.map(() => beats.uniform(0, detection.heartbeat));
    this.#machines = new Machines(domain, phases);
    this.#racks = new Racks(domain.centre, this.#machines);
    this.#corruptions = new Corruptions(domain, this.#machines);
    const found = streams.get("wrong restores found");
    this.#latency = () => lifetime(detection.corruption).sample(found);
    this.#schedule(streams);
  }

  /** What a VM was restored from is wrong, from this cut on. */
  restoredWrong(cluster: SimulatedCluster, vm: SimulatedVm, since: number): void {
    this.#corruptions.begin(cluster, vm, this.#latency(), since);
  }

  #schedule(streams: Streams): void {
    const { scenario, centre, clusters } = this.#domain;
    const { failures, horizon, detection, dataCentre } = scenario;
    const vms = clusters.flatMap((cluster) => cluster.vms.map((vm) => ({ cluster, vm })));
    const outages = allOutages(failures, countsOf(scenario), horizon, streams);
    const each = (list: readonly (readonly Outage[])[], happen: (component: number, outage: Outage) => void): void => {
      for (const [component, own] of list.entries()) this.#inTurn(own, (outage) => happen(component, outage));
    };
    each(outages.host, (i, outage) => this.#hostFails(centre.hosts[i]!, outage));
    each(outages.vm, (i) => this.#vmFails(vms[i]!.cluster, vms[i]!.vm));
    each(outages.disk, (i, outage) => this.#diskFails(centre.hosts[i]!, outage));
    each(outages.slowDisk, (i, outage) => this.#diskSlows(centre.hosts[i]!, outage));
    each(outages.rack, (rack, outage) => this.#rackFails(rack, outage));
    each(outages.uplink, (rack, outage) => this.#uplinkFails(rack, outage));
    each(outages.store, (_, outage) => this.#storeFails(outage));
    const shocks = streams.split("shocks");
    for (const [i, spec] of failures.shocks.entries()) {
      const own = shocks.split(String(i));
      const found = shocksOf(spec, dataCentre, horizon, (name) => own.get(name));
      this.#inTurn(
        found.toSorted((a, b) => a.start - b.start),
        (shock) => this.#strike(spec.name, shock),
      );
    }
    const latent = latentErrorsOf(failures.latentErrors, centre.hosts.length, horizon, streams);
    for (const [i, { times, where }] of latent.entries())
      this.#inTurn(
        times.map((start) => ({ start })),
        () => this.#domain.store.spoil(centre.hosts[i]!, where),
      );
    const corrupted = streams.split("corruption");
    for (const [i, { cluster, vm }] of vms.entries()) {
      const own = corrupted.split(String(i));
      const times = silentErrors(failures.corruption, horizon, () => own.get("times"));
      if (times.length === 0) continue;
      const latency = lifetime(detection.corruption);
      const draws = own.get("latencies");
      this.#inTurn(
        times.map((start) => ({ start, latency: latency.sample(draws) })),
        ({ latency }) => {
          if (vm.state === "up" || vm.state === "pause") this.#corruptions.begin(cluster, vm, latency);
        },
      );
    }
    const silences = streams.split("false suspicions");
    for (const [i, { cluster, vm }] of vms.entries()) {
      const times = falseSuspicions(detection, horizon, () => silences.get(String(i)));
      this.#inTurn(
        times.map((start) => ({ start })),
        () => this.#suspectFalsely(cluster, vm),
      );
    }
  }

  /** Makes one appointment after the other. */
  #inTurn<T extends { readonly start: number }>(list: readonly T[], happen: (one: T) => void, next = 0): void {
    const one = list[next];
    if (one === undefined) return;
    this.#domain.clock.at(one.start, () => {
      this.#domain.fastForward?.disturb();
      happen(one);
      this.#inTurn(list, happen, next + 1);
    });
  }

  /** It fails, and at the end of the outage, if that ever comes, it is back. */
  #begin(what: Failing, { end, permanent }: Outage): void {
    const { clock, fastForward, ledger, tell } = this.#domain;
    const { component, name } = what;
    ledger.add(`${component}Failures`, 1);
    tell?.({ kind: "failure", component, name, permanent, ignored: false, vms: what.vms.map((vm) => vm.name) });
    what.fail();
    if (!Number.isFinite(end)) return;
    clock.at(Math.max(end, clock.now), () => {
      fastForward?.disturb();
      tell?.({ kind: "return", component, name });
      what.repair();
    });
  }

  /** A second failure of what is down already is none; its record may overlap. */
  #ignore(component: Component, name: string, permanent: boolean): void {
    this.#domain.ledger.add("ignoredOutages", 1);
    this.#domain.tell?.({ kind: "failure", component, name, permanent, ignored: true, vms: [] });
  }

  #hostFails(host: Host, outage: Outage): void {
    const { name } = host;
    if (this.#machines.isDead(host)) {
      this.#ignore("host", name, outage.permanent);
      return;
    }
    this.#begin(
      {
        component: "host",
        name,
        vms: this.#vmsOn([host]),
        fail: () => this.#machines.fail(host, outage.permanent),
        repair: () => this.#machines.repair(host),
      },
      outage,
    );
  }

  #vmFails(cluster: SimulatedCluster, vm: SimulatedVm): void {
    const failed = cluster.undetected.has(vm) || vm.state === "detect";
    if (failed || vm.host === undefined || vm.state === "plan" || vm.state === "noSpare") {
      this.#ignore("vm", vm.name, false);
      return;
    }
    const { ledger, tell } = this.#domain;
    ledger.add("vmFailures", 1);
    tell?.({ kind: "failure", component: "vm", name: vm.name, permanent: false, ignored: false, vms: [vm.name] });
    this.#machines.failVm(cluster, vm);
  }

  #diskFails(host: Host, outage: Outage): void {
    const name = `${host.name} disk`;
    if (this.#machines.isDiskless(host)) {
      this.#ignore("disk", name, true);
      return;
    }
    this.#begin(
      {
        component: "disk",
        name,
        vms: [],
        fail: () => this.#machines.loseDisk(host),
        repair: () => this.#machines.replaceDisk(host),
      },
      outage,
    );
  }

  /** It reads and writes at a part of its rates, and loses nothing; nobody notices. */
  #diskSlows(host: Host, outage: Outage): void {
    const name = `${host.name} disk`;
    if (this.#slow.has(host)) {
      this.#ignore("slowDisk", name, false);
      return;
    }
    const { centre, scenario } = this.#domain;
    const run = (part: number): void => {
      for (const link of [host.diskRead, host.diskWrite]) centre.capacityOf(link).slow(part);
    };
    const fail = (): void => {
      this.#slow.add(host);
      run(scenario.failures.slowDiskRate);
    };
    const repair = (): void => {
      this.#slow.delete(host);
      run(1);
    };
    this.#begin({ component: "slowDisk", name, vms: [], fail, repair }, outage);
  }

  #rackFails(rack: number, outage: Outage): void {
    const name = `rack ${rack}`;
    const { permanent } = outage;
    if (this.#racks.isOut(rack)) {
      this.#ignore("rack", name, permanent);
      return;
    }
    const vms = permanent ? this.#vmsOn(this.#racks.hostsOf(rack)) : [];
    const fail = (): void => this.#racks.fail(rack, permanent);
    this.#begin({ component: "rack", name, vms, fail, repair: () => this.#racks.repair(rack, permanent) }, outage);
  }

  #uplinkFails(rack: number, outage: Outage): void {
    const name = `rack ${rack} uplink`;
    if (this.#racks.isUplinkOut(rack)) {
      this.#ignore("uplink", name, false);
      return;
    }
    const fail = (): void => this.#racks.failUplink(rack);
    this.#begin({ component: "uplink", name, vms: [], fail, repair: () => this.#racks.repairUplink(rack) }, outage);
  }

  #vmsOn(hosts: readonly Host[]): SimulatedVm[] {
    const vms = this.#domain.clusters.flatMap((cluster) => cluster.vms);
    return vms.filter(({ host }) => host !== undefined && hosts.includes(host));
  }

  /** What is read from the shared store stands still, and cold starts wait for it. */
  #storeFails(outage: Outage): void {
    const { storeOutage } = this.#domain;
    if (storeOutage.on) {
      this.#ignore("store", "store", false);
      return;
    }
    const repair = (): void => {
      storeOutage.end();
      this.#domain.notify();
    };
    this.#begin({ component: "store", name: "store", vms: [], fail: () => storeOutage.begin(), repair }, outage);
  }

  #strike(name: string, { start, victims }: Shock): void {
    const { ledger, centre, clock, fastForward, tell } = this.#domain;
    ledger.add("shocks", 1);
    tell?.({ kind: "shock", name, hosts: victims.map(({ component }) => centre.hosts[component]!.name) });
    for (const victim of victims) {
      const fail = (): void => this.#hostFails(centre.hosts[victim.component]!, victim);
      if (victim.start <= start) fail();
      else
        clock.at(victim.start, () => {
          fastForward?.disturb();
          fail();
        });
    }
  }

  /** Only a VM that runs and can be heard is taken for dead without being it. */
  #suspectFalsely(cluster: SimulatedCluster, vm: SimulatedVm): void {
    const heard = (vm.state === "up" || vm.state === "pause") && !vm.cutOff;
    if (!heard) {
      this.#ignore("vm", vm.name, false);
      return;
    }
    const { ledger, tell } = this.#domain;
    const { name } = vm;
    ledger.add("falseSuspicions", 1);
    tell?.({
      kind: "failure",
      component: "vm",
      name,
      permanent: false,
      ignored: false,
      suspected: true,
      vms: [name],
    });
    this.#machines.fence(cluster, vm);
  }
}

/** A component other than a VM that fails, and the VMs that are lost with it. */
interface Failing {
  readonly component: Exclude<Component, "vm">;
  readonly name: string;
  readonly vms: readonly SimulatedVm[];
  readonly fail: () => void;
  readonly repair: () => void;
}
