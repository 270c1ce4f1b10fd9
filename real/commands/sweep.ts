import { mkdirSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { render } from "../../results/charts/render.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { whyUnwritable } from "../../scenarios/files.ts";
import { shownInSources } from "../../scenarios/own-policy/own-policy.ts";
import { evaluate, loadSettings, type Searched } from "../../scenarios/search/evaluate.ts";
import { shellWord } from "../../scenarios/text/shell-word.ts";
import type { NamespaceInventory } from "../inventory/inventory.ts";
import { drawnScenario } from "../replay/drawn-scenario.ts";
import { machineSide } from "../replay/machine-side.ts";
import { MeasuredRuns } from "../study/measured-runs.ts";
import { meanColumns, similarityColumns, steadyColumns, warmUp } from "../study/run-columns.ts";
import { keptIntervals, type SweepPoint, searchedKey, settingOf } from "../study/sweep-study.ts";
import { TestbedError } from "../testbed-error.ts";
import { namespacesOf, onHosts, refuseObstacles } from "./replay.ts";
import {
  type Chart,
  checkedChart,
  pointTable,
  type SweepChart,
  type SweptPoint,
  shortestTable,
  sweepPicture,
} from "./sweep-report.ts";
import { thisMachine } from "./this-machine.ts";

export interface SweepArguments extends Searched, SweepChart {
  readonly testbed: string;
  readonly out: string;
  readonly shortest: boolean;
  readonly cycles: number;
  readonly similarity: boolean;
}

interface Point extends SweepPoint {
  readonly values: SweptPoint["values"];
  readonly seed: number;
  /** For as long as real machines play it. */
  readonly played: ClusterScenario;
  readonly id: string;
}

/** Seconds for which real machines run at least: those that keep no short interval have cycles to show by then. */
const leastRun = 40;

/**
 * Runs the points of a scenario's sweep on real machines, or of those as many as the search for the shortest interval that is
 * kept asks for, and sets them beside the simulator's curves. What was run before is not run again.
 */
export const sweepCommand = async (line: CommandLine, given: SweepArguments): Promise<void> => {
  try {
    const loaded = loadSettings(line, given, []);
    const inventory = namespacesOf(line, given);
    const { points, notes } = pointsOf(given, loaded.points, inventory);
    const chart = checkedChart(given, points, given.shortest ? searchedKey : undefined);
    const folder = resolve(line.folder, given.out);
    makeFolder(folder);
    const file = join(folder, "runs.csv");
    const runs = new MeasuredRuns(join(given.out, "runs.csv"), file, Object.keys(points[0]!.labels));
    const real = (point: Point): Promise<Columns> => measured(line, given, inventory, point, runs);
    const onReal = given.shortest ? await keptIntervals(points, real) : undefined;
    if (!given.shortest) for (const point of points) await real(point);
    const places = await evaluate(
      line,
      loaded.points.map((point, i) => ({ ...loaded, points: [{ ...point, scenario: points[i]!.scenario }] })),
    );
    const swept = points.map(
      (point, i): SweptPoint => ({ ...point, measured: runs.of(point.id), simulated: places[i]!.replications }),
    );
    const text = [
      ...(onReal === undefined
        ? []
        : [shortestTable(onReal, await keptIntervals(swept, async ({ simulated }) => meanColumns(simulated))), ""]),
      pointTable(swept, chart),
      ...notes,
    ].join("\n");
    line.print(text);
    await write(folder, commandOf(given), { text, swept, chart, notes });
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** @throws CommandError if it cannot be made */
const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CommandError(`--out: cannot write into ${folder}: ${whyUnwritable(error)}`);
  }
};

/** @throws CommandError for what real machines cannot play, or cannot be searched */
const pointsOf = (
  given: SweepArguments,
  points: ReturnType<typeof loadSettings>["points"],
  inventory: NamespaceInventory,
): { readonly points: readonly Point[]; readonly notes: readonly string[] } => {
  if (!(Number.isSafeInteger(given.cycles) && given.cycles >= 2 && given.cycles <= 1000))
    throw new CommandError(`--cycles: expected a whole number from 2 to 1000, got ${given.cycles}`);
  if (Object.keys(points[0]!.labels).length === 0)
    throw new CommandError(`${given.scenario} sweeps nothing: snapback replay runs one point`);
  if (given.shortest && points[0]!.labels[searchedKey] === undefined)
    throw new CommandError(`--shortest: ${given.scenario} does not sweep ${searchedKey}, the key that is searched`);
  const notes = new Set<string>();
  const found = points.map(({ scenario, seed, labels, values }): Point => {
    if (scenario.model !== "cluster")
      throw new CommandError(`${given.scenario} is of model: ${scenario.model}; real machines play model: cluster`);
    const setting = settingOf(labels);
    refuseObstacles(given.scenario, setting, scenario, inventory);
    const drawn = drawnScenario(scenario, seed);
    for (const note of drawn.notes) notes.add(note);
    if (given.shortest && fails(drawn.scenario))
      throw new CommandError(
        `--shortest: something fails in ${given.scenario}, and an interval is kept between failures`,
      );
    const cycles = (warmUp + given.cycles + 1) * drawn.scenario.snapshot.interval;
    const horizon = given.shortest ? Math.max(leastRun, cycles) : scenario.horizon;
    const played = { ...drawn.scenario, horizon };
    return { labels, values, seed, scenario: drawn.scenario, played, id: machineSide(played, seed) };
  });
  return { points: found, notes: [...notes] };
};

const fails = ({ failures }: ClusterScenario): boolean =>
  failures.shocks.length > 0 ||
  [failures.vm, failures.host, failures.disk, failures.rack, failures.uplink, failures.latentErrors].some(
    ({ kind }) => kind !== "none",
  );

/** Columns of a point on real machines: those of the file, or of a run that is made now and kept there. */
const measured = async (
  line: CommandLine,
  given: SweepArguments,
  inventory: NamespaceInventory,
  { labels, played, seed, id }: Point,
  runs: MeasuredRuns,
): Promise<Columns> => {
  const known = runs.of(id);
  // Without a restore point at its end there is nothing to look at, however often it is run.
  const isUnseen =
    given.similarity && known !== undefined && known.verified > 0 && Number.isNaN(known.columns["similarity"]);
  if (known !== undefined && !isUnseen) return known.columns;
  line.progress.write(`${settingOf(labels)}: ${played.horizon} s\n`);
  const from = { testbed: inventory.name, date: new Date().toISOString(), machine: thisMachine(), load: loadavg()[0]! };
  const next = "; the same command goes on from here";
  const looks = { next, surveys: given.similarity };
  const run = await onHosts(line, inventory, { scenario: played, seed }, looks).catch((error: unknown) => {
    throw shownInSources(error, played);
  });
  const found = { ...(given.shortest ? steadyColumns(run.events) : run.columns), ...similarityColumns(run.similarity) };
  runs.add({ point: id, labels, ...from, verified: run.verifiedPoints, columns: found });
  return found;
};

const commandOf = ({
  scenario,
  testbed,
  set,
  seed,
  replications,
  shortest,
  cycles,
  similarity,
  x,
  y,
  panel,
}: SweepArguments): string =>
  [
    `snapback sweep ${scenario} --testbed ${testbed}`,
    ...set.map((one) => `--set ${shellWord(one)}`),
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
    ...(replications === undefined ? [] : [`--replications ${replications}`]),
    ...(shortest ? [`--shortest --cycles ${cycles}`] : []),
    ...(similarity ? ["--similarity"] : []),
    ...(x === undefined ? [] : [`--x ${x}`]),
    ...(y === undefined ? [] : [`--y ${y.join(",")}`]),
    ...(panel === undefined ? [] : [`--panel ${panel}`]),
  ].join(" ");

const write = async (
  folder: string,
  command: string,
  {
    text,
    swept,
    chart,
    notes,
  }: {
    readonly text: string;
    readonly swept: readonly SweptPoint[];
    readonly chart: Chart;
    readonly notes: readonly string[];
  },
): Promise<void> => {
  const ran = swept.flatMap(({ measured }) => measured ?? []);
  const loads = ran.map(({ load }) => load);
  const machines = [...new Set(ran.map(({ machine }) => machine))].join("; ");
  const load = `load average ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} when runs began`;
  const dates = ran.map(({ date }) => date.slice(0, 10)).sort();
  const date = [...new Set([dates[0]!, dates.at(-1)!])].join(" to ");
  const machine = `${machines}; ${load}`;
  const points = swept.map(({ labels, measured, simulated }) => ({
    labels,
    measured,
    simulated: meanColumns(simulated),
  }));
  const record = { machine, date, command, notes, points };
  const head = `# A sweep on real machines, beside the simulator\n\nMachine: ${machine}. Date: ${date}. Command: \`${command}\`\n`;
  const { svg, png } = await render(
    sweepPicture(swept, chart, [`Rings: real machines (${load}); lines: the simulator.`]),
  );
  writeFileSync(join(folder, "sweep.json"), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(folder, "sweep.md"), `${head}\n\`\`\`\n${text}\n\`\`\`\n`);
  writeFileSync(join(folder, "sweep.svg"), svg);
  writeFileSync(join(folder, "sweep.png"), png);
};
