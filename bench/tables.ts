import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Streams } from "../sim/index.ts";

const length = 65_536;

/**
 * Writes the tables that all contenders read, so that all simulate the same trace: increments of mean about 1 in three
 * shapes that event queues find easy and hard (Rönngren and Ayani, ACM TOMACS 7(2), 1997), and routes of two networks.
 */
export function writeTables(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const streams = new Streams(1);
  const draw = (name: string, law: (stream: ReturnType<Streams["get"]>) => number): void => {
    const stream = streams.get(name);
    writeFileSync(
      join(directory, `${name}.f64`),
      Float64Array.from({ length }, () => law(stream)),
    );
  };
  draw("uniform", (stream) => stream.uniform(0, 1));
  draw("exponential", (stream) => stream.exponential(1));
  draw("bimodal", (stream) => (2 / 3) * (stream.uniform(0, 1) + (stream.uniform(0, 1) < 0.1 ? 10 : 0)));
  draw("triangular", (stream) => 1.5 * Math.sqrt(stream.uniform(0, 1)));
  writeFileSync(join(directory, "star.i32"), routes(128, starRoute));
  writeFileSync(join(directory, "fat-tree.i32"), routes(128, fatTreeRoute));
}

/** hosts, links, then for each ordered pair of hosts six link numbers, of which the unused are -1. */
function routes(hosts: number, route: (from: number, to: number, hosts: number) => readonly number[]): Int32Array {
  const table: number[] = [];
  for (let from = 0; from < hosts; from++)
    for (let to = 0; to < hosts; to++) {
      const links = from === to ? [] : route(from, to, hosts);
      table.push(...Array.from({ length: 6 }, (_, hop) => links[hop] ?? -1));
    }
  return Int32Array.of(hosts, Math.max(...table) + 1, ...table);
}

/** One switch; each host has a link up and a link down. */
const starRoute = (from: number, to: number, hosts: number): number[] => [from, hosts + to];

/**
 * A fat tree of 8-port switches (Al-Fares, Loukissas, Vahdat, SIGCOMM 2008): 8 pods of 4 edge and 4 aggregation switches,
 * 4 hosts on an edge switch, 16 core switches, 768 directed links. Routes are spread over equal paths by the pair of hosts.
 */
function fatTreeRoute(from: number, to: number, hosts: number): number[] {
  const up = hosts * 2;
  const edge = (host: number): number => Math.floor(host / 4);
  const pod = (host: number): number => Math.floor(host / 16);
  const spread = from * 7 + to * 13;
  const aggregation = spread % 4;
  const core = Math.floor(spread / 4) % 4;
  // Between edge switch and aggregation: 128 links up, 128 down; between aggregation and core likewise.
  const edgeUp = (host: number): number => up + edge(host) * 4 + aggregation;
  const edgeDown = (host: number): number => edgeUp(host) + 128;
  const coreUp = (host: number): number => up + 256 + (pod(host) * 4 + aggregation) * 4 + core;
  const coreDown = (host: number): number => coreUp(host) + 128;
  if (edge(from) === edge(to)) return [from, hosts + to];
  if (pod(from) === pod(to)) return [from, edgeUp(from), edgeDown(to), hosts + to];
  return [from, edgeUp(from), coreUp(from), coreDown(to), edgeDown(to), hosts + to];
}
