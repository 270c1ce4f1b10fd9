import type { Link } from "../../sim/index.ts";
import type { DataCentre, Host } from "../data-centre/data-centre.ts";
import type { Machines } from "./machines.ts";

type Turn = "fail" | "recover";

/** The racks as their hosts are cut off and come back. Outages of a rack and of its uplink may overlap. */
export class Racks {
  readonly #centre: DataCentre;
  readonly #machines: Machines;
  readonly #out = new Set<number>();
  readonly #uplinksOut = new Set<number>();

  constructor(centre: DataCentre, machines: Machines) {
    this.#centre = centre;
    this.#machines = machines;
  }

  isOut(rack: number): boolean {
    return this.#out.has(rack);
  }

  isUplinkOut(rack: number): boolean {
    return this.#uplinksOut.has(rack);
  }

  hostsOf(rack: number): readonly Host[] {
    return this.#centre.hosts.filter((host) => host.rack === rack);
  }

  /** Its hosts cannot be reached, not even by each other; for ever, they are gone with all that they hold. */
  fail(rack: number, permanent: boolean): void {
    this.#out.add(rack);
    if (permanent) {
      for (const host of this.hostsOf(rack)) this.#machines.fail(host, true);
      return;
    }
    this.#turnNics(rack, "fail");
    this.#cutOff(rack);
  }

  repair(rack: number, permanent: boolean): void {
    this.#out.delete(rack);
    if (permanent) {
      for (const host of this.hostsOf(rack)) this.#machines.repair(host);
      return;
    }
    this.#turnNics(rack, "recover");
    this.#reconnect(rack);
  }

  /** Both directions are out: its hosts reach each other and nobody else. */
  failUplink(rack: number): void {
    this.#uplinksOut.add(rack);
    this.#cutOff(rack);
  }

  repairUplink(rack: number): void {
    this.#uplinksOut.delete(rack);
    this.#reconnect(rack);
  }

  #cutOff(rack: number): void {
    const { up, down } = this.#centre.racks[rack]!;
    this.#turn([up, down], "fail");
    for (const host of this.hostsOf(rack)) this.#machines.cutOff(host);
  }

  #reconnect(rack: number): void {
    const { up, down } = this.#centre.racks[rack]!;
    this.#turn([up, down], "recover");
    for (const host of this.hostsOf(rack)) this.#machines.reconnect(host);
  }

  #turnNics(rack: number, turn: Turn): void {
    for (const { nicIn, nicOut } of this.hostsOf(rack)) this.#turn([nicIn, nicOut], turn);
  }

  #turn(links: readonly Link[], turn: Turn): void {
    for (const link of links) this.#centre.capacityOf(link)[turn]();
  }
}
