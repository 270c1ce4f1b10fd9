import { publishedMixes } from "../../models/analytic/published-mixes.ts";
import {
  mixesFor,
  mixSaving,
  type StoredMix,
  savingCeiling,
  savingSteps,
  sharingVms,
  storedMix,
} from "../../models/analytic/storage-saving.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { align } from "../align.ts";
import { Catalogue } from "../catalogue.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import { setTo } from "../text/override.ts";
import { fraction, parseQuantity } from "../text/units.ts";
import { CommandError, type CommandLine } from "./command-line.ts";

interface SavingArguments {
  readonly scenario?: string;
  readonly set: readonly string[];
  readonly target: string;
  readonly copies: number;
  readonly json?: boolean;
}

/** Which page mixes a claimed saving needs, whether published mixes have it, and what the policies make of a scenario's. */
export const saving = (line: CommandLine, given: SavingArguments): void => {
  const { copies } = given;
  const parsed = parseQuantity(fraction, /^[\d.]+$/.test(given.target) ? Number(given.target) : given.target);
  if (!parsed.ok) throw new CommandError(`--target: ${parsed.message}`);
  const target = parsed.value;
  if (!(target > 0 && target < 1))
    throw new CommandError("--target: expected a saving between 0 and 100 %, such as 70%");
  if (!(Number.isSafeInteger(copies) && copies >= 2))
    throw new CommandError("--copies: expected a whole number from 2 on");
  const mixes = mixesFor(target, copies);
  const published = publishedMixes.map((one) => ({ ...one, verdict: verdictOn(one, target, copies) }));
  const own = given.scenario === undefined ? undefined : ownPolicies(line, given, given.scenario);
  if (given.json) {
    const { mostCritical, criticalWithoutDropping } = mixes;
    const ceiling = savingCeiling(copies);
    line.print(
      JSON.stringify({ target, copies, ceiling, mostCritical, criticalWithoutDropping, published, own }, null, 2),
    );
    return;
  }
  line.print(report(target, copies, published));
  if (own !== undefined) line.print(`\n${ownReport(target, copies, own)}`);
};

const verdictOn = (
  { critical, droppable }: (typeof publishedMixes)[number],
  target: number,
  copies: number,
): string => {
  const { at, mostCritical } = mixesFor(target, copies);
  if (critical !== undefined) {
    const mix = at(critical);
    if (mix === undefined) {
      return critical > mostCritical
        ? `contradicts the claim: at most ${per(mostCritical)} may be critical`
        : `beyond the claim: all else kept once, it saves ${per(mixSaving({ critical, single: 1 - critical, dropped: 0 }, copies))}`;
    }
    return mix.dropped > 0
      ? `only when ${per(mix.dropped)} of the pages are dropped and ${per(mix.single)} kept once`
      : `has it with ${per(mix.single)} kept once`;
  }
  // What is not dropped is kept in full at worst, and once at best.
  const [least, most] = [droppable!, 1 - (1 - droppable!) / copies];
  if (target <= least) return "has it, even if all other pages are kept in full";
  return target <= most
    ? "only when some of the other pages are kept less often"
    : "contradicts the claim, even if all other pages are kept once";
};

interface OwnPolicy extends Pick<StoredMix, "saving" | "steps"> {
  readonly policy: string;
  /** The page mix, by its name. */
  readonly mix: string;
}

/** What every policy of the catalogue saves on the page mix of a scenario. */
const ownPolicies = (line: CommandLine, { set, copies }: SavingArguments, scenario: string): OwnPolicy[] => {
  const { files, folder } = line;
  const given = loadScenario(scenario, { files, folder, overrides: set.map((text) => setTo("--set", text)) });
  const mix = mixOf(given, scenario);
  return new Catalogue(files).names("storage-policies").flatMap((policy) => {
    const overrides = [...set, `storage.policy=${policy}`, `storage.copies=${copies}`];
    const loaded = loadScenario(scenario, { files, folder, overrides: overrides.map((text) => setTo("--set", text)) });
    const one = loaded.points[0]!.scenario as ClusterScenario;
    const { saving, steps } = storedMix(one.cluster.workload.classes, one.storage, copies, sharing(one));
    return [{ policy, mix, saving, steps }];
  });
};

const sharing = (scenario: ClusterScenario): number => {
  const vms = sharingVms(scenario);
  if (vms !== undefined) return vms;
  throw new CommandError(
    "with rollback.placement: random it is up to chance which VMs share a host, and so what storage.deduplication: host saves: set another placement",
  );
};

/** The one page mix that a scenario has. */
const mixOf = ({ points }: LoadedScenario, name: string): string => {
  const mixes = points.map(({ scenario }) => {
    if (scenario.model !== "cluster")
      throw new CommandError(`${name}: page mixes are those of a cluster, not of ${scenario.model}`);
    return scenario.cluster.workload.name;
  });
  const [mix, other] = new Set(mixes);
  if (other !== undefined)
    throw new CommandError(`${name} sweeps over several page mixes: say which, such as --set cluster.workload=${mix}`);
  return mix!;
};

const report = (
  target: number,
  copies: number,
  published: readonly {
    readonly source: string;
    readonly critical?: number;
    readonly droppable?: number;
    readonly verdict: string;
  }[],
): string => {
  const { mostCritical, criticalWithoutDropping, at } = mixesFor(target, copies);
  const ceiling = savingCeiling(copies);
  const rows = [0, 0.05, 0.1, 0.15, 0.19, 0.25, 0.3, 0.4, 0.5].flatMap((critical) => {
    const mix = at(critical);
    return mix === undefined ? [] : [[per(mix.critical), per(mix.single), per(mix.dropped)]];
  });
  const needs =
    target > ceiling
      ? `${per(target)} needs pages to be dropped: one copy of all saves ${per(ceiling)} of ${copies} copies.`
      : `Without dropping anything, ${per(target)} needs at most ${per(criticalWithoutDropping)} critical pages.`;
  return [
    `A mix with a part c of critical pages in ${copies} copies, s kept once and d dropped saves 1 - (${copies} c + s) / ${copies}.`,
    `${needs} ${copies} c + s = ${Number((copies * (1 - target)).toPrecision(6))}; c is at most ${per(mostCritical)}.`,
    "",
    align([["critical c", "once s", "dropped d"], ...rows]),
    "",
    "Published mixes:",
    ...published.map(({ source, critical, droppable, verdict }) => {
      const part = critical === undefined ? `${per(droppable!)} can be dropped` : `${per(critical)} critical`;
      return `  ${part} (${source}): ${verdict}`;
    }),
  ].join("\n");
};

const ownReport = (target: number, copies: number, own: readonly OwnPolicy[]): string => {
  const rows = own.map(({ policy, saving, steps }) => [
    policy,
    ...savingSteps.map((step) => per(steps[step])),
    per(saving),
    saving >= target ? "yes" : "no",
  ]);
  return align([
    [`on the page mix ${own[0]!.mix}`, ...savingSteps, `saved against ${copies} copies`, `${per(target)} or more`],
    ...rows,
  ]);
};

const per = (part: number): string => `${Number((100 * part).toFixed(1))} %`;
