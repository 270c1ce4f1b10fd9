import { basename } from "node:path";
import type { Component, OutageTrace } from "../models/failures/failure-spec.ts";
import type { Files } from "./files.ts";
import type { TraceReading } from "./trace-readers/build-trace.ts";
import { readTrace } from "./trace-readers/read-trace.ts";

/** A trace as a scenario asks for it. */
export interface TraceRequest {
  readonly trace: string;
  readonly nodes?: number | undefined;
  readonly span?: number | undefined;
}

/** The traces of one scenario, each read once, and what is to be said about them. */
export class TraceShelf {
  readonly #files: Files;
  readonly #read = new Map<string, TraceReading>();
  readonly #notes = new Set<string>();

  constructor(files: Files) {
    this.#files = files;
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /**
   * The trace for `count` components of one kind.
   * @throws TraceError if it cannot be read
   */
  get({ trace: reference, nodes, span }: TraceRequest, component: Component, count: number): OutageTrace {
    const key = JSON.stringify([reference, nodes, span]);
    const observed = { ...(nodes === undefined ? {} : { nodes }), ...(span === undefined ? {} : { span }) };
    const reading = this.#read.get(key) ?? readTrace(this.#files, reference, observed);
    this.#read.set(key, reading);
    const { trace, notes } = reading;
    const name = `trace ${basename(reference)}`;
    for (const note of notes) this.#notes.add(`${name}: ${note}`);
    const observedNodes = trace.byNode.length;
    const sampled =
      count > observedNodes
        ? `its ${observedNodes} nodes again and again for ${count} ${component}s, each time with a starting time of its own`
        : `${count} of its ${observedNodes} nodes for the ${component}s and a starting time`;
    this.#notes.add(`${name}: each replication draws ${sampled}, and goes round (block bootstrap)`);
    return trace;
  }
}
