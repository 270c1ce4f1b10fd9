import { test } from "uvu";
import * as assert from "uvu/assert";
import { pageTypeLoss } from "../../models/analytic/page-type-loss.ts";
import {
  allLost,
  copysetCount,
  copysetLoss,
  groupLoss,
  randomPlacementLoss,
} from "../../models/analytic/simultaneous-loss.ts";
import { unreadable } from "../../models/analytic/unreadable.ts";
import { referenceCases } from "./reference-values.ts";

const near = (found: number, expected: number, relative: number, what: string): void =>
  assert.ok(Math.abs(found - expected) <= relative * Math.abs(expected), `${what}: ${found}, not ${expected}`);

test("fragments on racks are unreadable as often as the reference says", () => {
  interface Inputs {
    readonly k: number;
    readonly fragments_per_rack: readonly number[];
    readonly host_unavail: number;
    readonly rack_unavail: number;
  }
  for (const { name, inputs, value } of referenceCases<Inputs, { P_unreadable: number }>("rack-ec")) {
    const found = unreadable({
      needed: inputs.k,
      perRack: inputs.fragments_per_rack,
      hostAway: inputs.host_unavail,
      rackAway: inputs.rack_unavail,
    });
    near(found, value.P_unreadable, 1e-9, name);
  }
});

test("random placement, copysets and disjoint groups lose data as often as the reference says", () => {
  interface Inputs {
    readonly N: number;
    readonly R: number;
    readonly F: number;
    readonly scatter_width: number;
    readonly chunks: number | null;
  }
  for (const { name, inputs, value } of referenceCases<Inputs, { [quantity: string]: number }>("copyset")) {
    const { N: hosts, R, F: lost, scatter_width, chunks } = inputs;
    const copysets = copysetCount(hosts, R, scatter_width);
    near(copysets, value["n_copysets_copyset_replication"]!, 1e-12, `${name}: copysets`);
    const { any, expected } = copysetLoss({ hosts, lost }, R, copysets);
    near(any, value["P_loss_copyset_replication_approx"]!, 1e-9, `${name}: any`);
    near(expected, value["expected_copysets_hit"]!, 1e-9, `${name}: expected`);
    const random = value["P_loss_random_replication"];
    if (random !== undefined) near(randomPlacementLoss({ hosts, lost }, R, chunks!), random, 1e-9, `${name}: random`);
    const groups = value["P_loss_disjoint_groups_exact"];
    if (groups !== undefined) near(groupLoss({ hosts, lost }, R, R - 1), groups, 1e-9, `${name}: groups`);
  }
});

test("the four published figures of copysets follow from one formula", () => {
  // Cidon et al. (ATC 2013): 1 % of 5,000 nodes fail at once.
  const loss = { hosts: 5000, lost: 50 };
  const perCent = (copysets: number): number => 100 * -Math.expm1(copysets * Math.log1p(-allLost(loss, 3)));
  near(perCent(5000 / 3), 0.157, 2e-3, "RAMCloud with copysets");
  near(perCent(copysetCount(5000, 3, 10)), 0.781, 2e-3, "Facebook's HDFS with copysets");
  near(perCent(5000 * 55), 22.8, 2e-3, "Facebook's HDFS: a window of eleven nodes for the others of each node");
  near(perCent(1e7), 99.99, 1e-4, "RAMCloud: random, ten million chunks");
});

test("disjoint coded groups lose data as often as the reference says", () => {
  interface Inputs {
    readonly N: number;
    readonly group: number;
    readonly tolerates: number;
    readonly F: number;
  }
  for (const { name, inputs, value } of referenceCases<Inputs, number>("ec-groups")) {
    near(groupLoss({ hosts: inputs.N, lost: inputs.F }, inputs.group, inputs.tolerates), value, 1e-9, name);
  }
  assert.throws(() => groupLoss({ hosts: 10, lost: 2 }, 3, 1), /whole groups/);
});

test("a snapshot with a number of copies for each page type is lost as often as the reference says", () => {
  interface Inputs {
    readonly hosts: number;
    readonly P_host_lost: number;
    readonly types: readonly { readonly replicas: number; readonly chunks: number }[];
  }
  for (const { name, inputs, value } of referenceCases<Inputs, number>("page-type")) {
    const types = inputs.types.map(({ replicas, chunks }) => ({ copies: replicas, chunks }));
    near(pageTypeLoss(inputs.hosts, inputs.P_host_lost, types), value, 1e-9, name);
  }
});

test.run();
