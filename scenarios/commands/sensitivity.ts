import { sobolSequence } from "../../results/designs/sobol-sequence.ts";
import { morrisEffects, morrisTrajectories } from "../../results/sensitivity/morris.ts";
import { sobolIndices, sobolPoints } from "../../results/sensitivity/sobol-indices.ts";
import { mean } from "../../results/statistics/moments.ts";
import { StatisticsError } from "../../results/statistics/statistics-error.ts";
import { Streams } from "../../sim/index.ts";
import { align } from "../align.ts";
import { columnOf, evaluate, loadPlace, type Searched } from "../search/evaluate.ts";
import { type Factor, readFactors } from "../search/factors.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";

interface SensitivityArguments extends Searched {
  readonly of: string;
  readonly factor: readonly string[];
  readonly method: "morris" | "sobol";
  readonly points: number;
  readonly json?: boolean;
}

type Answer = (points: readonly (readonly number[])[]) => Promise<number[]>;
type Pick = (n: number) => number;

/** Tells which keys a column depends on within their ranges, and how much. */
export const sensitivity = async (line: CommandLine, given: SensitivityArguments): Promise<void> => {
  checkWorkers(given.workers);
  const factors = readFactors(given.factor);
  if (factors.length === 0) throw new CommandError("--factor: give one or more, such as snapshot.interval=10s..1h");
  if (!(Number.isSafeInteger(given.points) && given.points >= 2))
    throw new CommandError("--points: expected a whole number from 2 on");
  const answer: Answer = async (points) => {
    const settings = points.map((point) => factors.map((factor, k) => factor.settingAt(point[k]!)));
    const places = settings.map((one) => loadPlace(line, given, one));
    const found = await evaluate(line, places, given.workers);
    return found.map((place, i) => mean(columnOf(place, given.of, settings[i]!.join(" "))));
  };
  const { seed } = loadPlace(
    line,
    given,
    factors.map((factor) => factor.settingAt(0)),
  );
  const stream = new Streams(seed).get("sensitivity");
  const pick: Pick = (n) => stream.integer(0, n - 1);
  try {
    const rows =
      given.method === "morris"
        ? await morris(factors, given.points, answer, pick)
        : await sobol(factors, given.points, answer, pick);
    if (given.json)
      line.print(JSON.stringify({ scenario: given.scenario, of: given.of, seed, ...rows.result }, null, 2));
    else
      line.print(
        [`${given.scenario}: ${given.of}, ${rows.title}`, "", align(rows.cells), "", `- ${rows.note}`].join("\n"),
      );
  } catch (error) {
    throw error instanceof StatisticsError ? new CommandError(error.message) : error;
  }
};

/** Elementary effects over the whole range of each factor, the largest first. */
const morris = async (factors: readonly Factor[], count: number, answer: Answer, pick: Pick) => {
  const trajectories = morrisTrajectories(factors.length, count, 4, pick);
  const answers = await answer(trajectories.flat());
  let next = 0;
  const effects = morrisEffects(
    trajectories,
    trajectories.map((trajectory) => trajectory.map(() => answers[next++]!)),
  )
    .map((effect, i) => ({ key: factors[i]!.key, ...effect }))
    .sort((a, b) => b.muStar - a.muStar);
  return {
    title: `elementary effects along ${count} trajectories (Morris)`,
    result: { method: "morris", trajectories: count, effects },
    cells: [
      ["", "mean size ± half width (95 %)", "mean", "standard deviation"],
      ...effects.map(({ key, mu, muStar, muStarHalfWidth, sigma }) => [
        key,
        `${digits(muStar)} ± ${digits(muStarHalfWidth)}`,
        digits(mu),
        digits(sigma),
      ]),
    ],
    note: "changes of the column for the whole range of a factor; a deviation as large as the size tells of curves or of factors that act together",
  };
};

/** Parts of the variance, the largest total first. */
const sobol = async (factors: readonly Factor[], count: number, answer: Answer, pick: Pick) => {
  // The origin would be the corner of the ranges, of all points.
  const { a, b, mixed } = sobolPoints(sobolSequence(count + 1, 2 * factors.length).slice(1));
  const answers = await answer([...a, ...b, ...mixed.flat()]);
  const part = (k: number): number[] => answers.slice(k * count, (k + 1) * count);
  const indices = sobolIndices({ a: part(0), b: part(1), mixed: mixed.map((_, k) => part(2 + k)) }, pick)
    .map((index, i) => ({ key: factors[i]!.key, ...index }))
    .sort((x, y) => y.total - x.total);
  const within = ([lower, upper]: readonly [number, number]): string => `${digits(lower)} … ${digits(upper)}`;
  return {
    title: `parts of its variance from ${count} points (Sobol)`,
    result: { method: "sobol", points: count, indices },
    cells: [
      ["", "alone", "95 %", "with all others", "95 %"],
      ...indices.map(({ key, first, firstInterval, total, totalInterval }) => [
        key,
        digits(first),
        within(firstInterval),
        digits(total),
        within(totalInterval),
      ]),
    ],
    note: `${answers.length} places were simulated, all on the same random numbers; intervals are of the choice of points (bootstrap)`,
  };
};

const digits = (value: number): string => (Number.isNaN(value) ? "?" : String(Number(value.toPrecision(3))));
