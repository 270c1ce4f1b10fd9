import {
  chooseEstimator,
  estimateLoss,
  type LossEstimate,
  type LossEstimator,
} from "../../models/rare-events/loss-estimate.ts";
import { type LossSystem, never } from "../../models/rare-events/loss-system.ts";
import {
  lossRateOfSets,
  NoLossModel,
  type SnapshotLoss,
  snapshotLoss,
} from "../../models/rare-events/snapshot-loss.ts";
import { Streams } from "../../sim/index.ts";
import { align } from "../align.ts";
import { loadScenario } from "../load.ts";
import { setTo } from "../text/override.ts";
import { duration, fraction, parseQuantity, type Quantity } from "../text/units.ts";
import { CommandError, type CommandLine } from "./command-line.ts";

interface LossArguments {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly mission: string;
  readonly estimator: "auto" | LossEstimator;
  readonly relativeError: string;
  readonly maxTime: string;
  readonly json?: boolean;
}

interface Row extends LossEstimate {
  readonly what: string;
  readonly sets: number;
  readonly why: string;
  /** Of the same, if no two sets shared a host. */
  readonly closedForm: number | undefined;
}

/** How likely it is that a mission loses pages of the newest snapshot for good, by page type and for all that is fatal. */
export const loss = (line: CommandLine, given: LossArguments): void => {
  const { files, folder } = line;
  const mission = positive(duration, "--mission", given.mission);
  const relativeError = positive(fraction, "--relative-error", given.relativeError);
  const maxTime = positive(duration, "--max-time", given.maxTime);
  const loaded = loadScenario(given.scenario, {
    files,
    folder,
    overrides: [
      ...given.set.map((text) => setTo("--set", text)),
      ...(given.seed === undefined ? [] : [setTo("--seed", `seed=${given.seed}`)]),
    ],
  });
  if (loaded.points.length > 1) {
    const axes = Object.keys(loaded.points[0]!.labels);
    throw new CommandError(
      `${given.scenario} sweeps ${axes.join(" and ")}: pick a point with ${axes.map((axis) => `--set ${axis}=…`).join(" ")}`,
    );
  }
  const { scenario } = loaded.points[0]!;
  if (scenario.model !== "cluster")
    throw new CommandError(`${given.scenario}: losses are those of a cluster, not of ${scenario.model}`);
  const streams = new Streams(loaded.seed).replication(0);
  const model = modelOf(() => snapshotLoss(scenario, streams));
  const fatal = model.types.filter((one) => one.fatal);
  const asked = [
    ...(fatal.length > 1 ? [{ what: "any that a restore needs", sets: fatal.flatMap(({ sets }) => sets) }] : []),
    ...model.types.map(({ type, sets }) => ({
      what: type === "disk" ? "disks of VMs, fail" : `${type}, ${scenario.storage.types[type].onLoss}`,
      sets,
    })),
  ];
  const rows = asked.map(({ what, sets }, i): Row => {
    const begun = line.clock();
    const share = maxTime / asked.length;
    const system: LossSystem = { ...model.system, sets };
    const stream = streams.get(`losses ${i}`);
    const choice =
      given.estimator === "auto"
        ? chooseEstimator(system, mission, streams.get(`pilot ${i}`), line.clock)
        : { estimator: given.estimator, why: "asked for" };
    line.progress.write(`${what}: ${choice.estimator}, ${choice.why}\n`);
    const effort = { relativeError, most: 1e9, goOn: () => line.clock() - begun < share };
    const estimate = modelOf(() => estimateLoss(choice.estimator, system, mission, stream, effort));
    const rate = lossRateOfSets(system);
    return { what, sets: sets.length, ...estimate, why: choice.why, closedForm: rate && -Math.expm1(-rate * mission) };
  });
  if (given.json) {
    line.print(
      JSON.stringify(
        {
          scenario: given.scenario,
          mission,
          seed: loaded.seed,
          blocked: model.blocked,
          fragmentAway: model.fragmentAway,
          assumptions: model.assumptions,
          losses: rows,
        },
        null,
        2,
      ),
    );
    return;
  }
  line.print(report(given, model, rows));
};

const modelOf = <T>(make: () => T): T => {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoLossModel || error instanceof RangeError) throw new CommandError(error.message);
    throw error;
  }
};

const positive = (quantity: Quantity, option: string, text: string): number => {
  const bare = quantity.bare === true && /^[\d.]+$/.test(text) ? Number(text) : text;
  const parsed = parseQuantity(quantity, bare);
  if (!parsed.ok) throw new CommandError(`${option}: ${parsed.message}`);
  if (!(parsed.value > 0)) throw new CommandError(`${option}: must be above 0, not ${text}`);
  return parsed.value;
};

const report = (given: LossArguments, model: SnapshotLoss, rows: readonly Row[]): string => {
  const { system, blocked, fragmentAway, assumptions } = model;
  const life = system.life.law === "exponential" ? system.life.mean : undefined;
  const withForm = rows.some(({ closedForm }) => closedForm !== undefined);
  const cells = rows.map(
    ({ what, sets, probability, relativeError, below, estimator, runs, effectiveRuns, closedForm }) => [
      what,
      String(sets),
      lostWithin({ probability, relativeError, below, effectiveRuns }),
      `${estimator}, ${runs}${effectiveRuns === undefined ? "" : ` (worth ${Math.round(effectiveRuns)})`}`,
      ...(withForm ? [closedForm === undefined ? "" : digits(closedForm)] : []),
    ],
  );
  const heads = [
    "pages, and what their loss does",
    "sets of hosts",
    `lost within ${given.mission} (95 %)`,
    "estimator, runs",
    ...(withForm ? ["if no sets shared hosts"] : []),
  ];
  return [
    align([heads, ...cells]),
    "",
    `${system.hosts} hosts${life === undefined || life === never ? "" : `, one of them lost for good every ${roughly(life / system.hosts)}`}; its copies are replaced in ${roughly(meanOf(system.repair))}.`,
    `At a random instant ${digits(blocked)} of the chunks cannot be read, because hosts or racks are away; a single copy or fragment is away for ${digits(fragmentAway)} of the time.`,
    ...assumptions.map((one) => `- ${one}`),
  ].join("\n");
};

/** Weighted runs that are worth fewer have hardly begun to find the likely ways to a loss: their error is none. */
const fewRuns = 10;

const lostWithin = ({
  probability,
  relativeError,
  below,
  effectiveRuns = Number.POSITIVE_INFINITY,
}: {
  readonly [part in "probability" | "relativeError"]: number;
} & { readonly [part in "below" | "effectiveRuns"]: number | undefined }): string => {
  if (below !== undefined) return `below ${digits(below)}`;
  if (relativeError === Number.POSITIVE_INFINITY) return "none seen";
  if (effectiveRuns < fewRuns) return `${digits(probability)}, not settled`;
  return relativeError === 0 ? digits(probability) : `${digits(probability)} ± ${percent(1.96 * relativeError)}`;
};

const meanOf = (law: LossSystem["repair"]): number => (law.law === "exponential" ? law.mean : Number.NaN);

/** Three digits in the largest unit that leaves one before the point. */
const roughly = (seconds: number): string => {
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
  ] as const;
  const [unit, factor] = units.find(([, one]) => seconds >= one) ?? ["s", 1];
  return `${Number((seconds / factor).toPrecision(3))} ${unit}`;
};

const digits = (value: number): string =>
  value === 0 ? "0" : value < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));

const percent = (part: number): string =>
  part === Number.POSITIVE_INFINITY ? "?" : `${Number((100 * part).toPrecision(2))} %`;
