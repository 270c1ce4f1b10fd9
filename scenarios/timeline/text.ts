import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { align } from "../align.ts";
import { printedUnit, usualColumns } from "../columns.ts";
import { asWritten, clockFace } from "./figures.ts";
import type { CastEvent, Summary, TimelineFormat, TimelineTitle } from "./format.ts";
import { sentence } from "./sentence.ts";

/** A line for each event: time, who, what, and figures; at the end what came of it all. */
export class TimelineText implements TimelineFormat {
  readonly #title: TimelineTitle;
  readonly #time: (seconds: number) => string;
  #who = 0;

  constructor(title: TimelineTitle) {
    this.#title = title;
    this.#time = clockFace(title.to);
  }

  begin(cast: CastEvent): string {
    this.#measure(cast);
    const { scenario, seed, replication, domain, domains } = this.#title;
    const which = domains === 1 ? "" : `, domain ${domain} of ${domains}`;
    return `${scenario}: seed ${seed}, replication ${replication}${which}, ${this.#window}\n\n`;
  }

  event(event: LifeCycleEvent): string {
    if (event.at < this.#title.from) return "";
    const { who, what, figures } = sentence(event, this.#time);
    return `${[this.#time(event.at), who.padEnd(this.#who), what.padEnd(widestWhat), figures].join("  ").trimEnd()}\n`;
  }

  end({ columns, events, shown, notes }: Summary): string {
    const count = shown === events ? `${events} events` : `${events} events, ${shown} of them shown`;
    const rows = usualColumns(Object.keys(columns), 1).map((column) => {
      const { unit, factor } = printedUnit(column);
      const value = columns[column]!;
      const figure = Number.isNaN(value) ? "not observed" : String(Number((value / factor).toPrecision(8)));
      return [unit === "" ? column : `${column} [${unit}]`, figure];
    });
    const lines = [`${this.#window}: ${count}`, "", align(rows)];
    return `\n${[...lines, ...(notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${note}`)])].join("\n")}\n`;
  }

  get #window(): string {
    const { from, to, horizon } = this.#title;
    return `${asWritten(from)} to ${asWritten(to)} of ${asWritten(horizon)}`;
  }

  /** The widest name decides the width of its column. */
  #measure({ clusters, hosts }: CastEvent): void {
    const names = [
      ...clusters.flatMap(({ name, vms }) => [name, ...vms.map(({ vm }) => vm)]),
      ...hosts.map(({ name }) => name),
    ];
    this.#who = Math.max(...names.map((name) => name.length));
  }
}

/** `restore point: snapshot 1234` */
const widestWhat = 28;
