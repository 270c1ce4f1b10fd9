import { copysetPlacement } from "./copysets.ts";
import { partnersOf } from "./partners.ts";
import { rackAware } from "./rack-aware.ts";
import { randomHosts } from "./random-hosts.ts";
import { tieredPlacement } from "./tiered.ts";

/** What placement knows of a host. */
export interface CopyHost {
  readonly index: number;
  readonly rack: number;
  readonly up: boolean;
}

export interface CopyRequest {
  /** Copies, or fragments, that are to be placed. */
  readonly copies: number;
  /** Copies that the chunk is to have in all, on other hosts than the capturing one. */
  readonly of: number;
  /** The host that captures, where none of these is placed. */
  readonly capturing: number;
  /** Hosts that hold a copy already, or will when they are back. */
  readonly holders: readonly number[];
}

/** Hosts for the copies of a chunk: different ones that are up; fewer than asked for when there are not enough. */
export type PlaceCopies = (request: CopyRequest) => number[];

/**
 * Where copies go: `random` anywhere; `rack-aware` on the racks that hold fewest of the chunk; `copyset` in one of few
 * sets of hosts, so that few combinations of failures lose anything; `tiered` all but one in front, one on the last
 * `racks` racks; `local-first` as rack-aware, where the copy of the capturing host counts as one; `partner` likewise, with
 * the others always on the same hosts of other racks.
 */
export type CopyPlacement =
  | { readonly kind: "random" | "rack-aware" | "local-first" | "partner" }
  | { readonly kind: "copyset"; readonly scatterWidth: number }
  | { readonly kind: "tiered"; readonly racks: number };

/** Whether the capturing host's own copy is one of those that are asked for. */
export const countsOwnCopy = ({ kind }: CopyPlacement): boolean => kind === "local-first" || kind === "partner";

/** @param pick a whole number in [0, n) */
export const placeCopies = (
  placement: CopyPlacement,
  hosts: readonly CopyHost[],
  pick: (n: number) => number,
): PlaceCopies => {
  switch (placement.kind) {
    case "random":
      return (request) => randomHosts(hosts, request, pick);
    case "rack-aware":
      return (request) => rackAware(hosts, request, pick);
    case "local-first":
      // Its own copy already is on the rack of the capturing host.
      return (request) => rackAware(hosts, { ...request, holders: [...request.holders, request.capturing] }, pick);
    case "partner":
      return (request) => partnersOf(hosts, request);
    case "copyset":
      return copysetPlacement(hosts, placement.scatterWidth, pick);
    case "tiered":
      return tieredPlacement(hosts, placement.racks, pick);
  }
};
