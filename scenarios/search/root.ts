import { type MeanInterval, meanInterval } from "../../results/statistics/mean-interval.ts";

/** Responses at parts in [0, 1] of the searched range, by replication, with common random numbers. */
export type ResponsesAt = (parts: readonly number[]) => Promise<readonly (readonly number[])[]>;

export interface RootSearch {
  /** Places that are simulated, at most; at least as many as the grid has. */
  readonly evaluations: number;
  /** Places, evenly apart, that are looked at first; what goes up and down again between two of them is not seen. */
  readonly grid: number;
  /** Width of the bracket, as a part of the range, at which the search ends. */
  readonly tolerance: number;
}

/** Where the mean response is 0, as a part of the range. */
export interface Root {
  readonly at: number;
  /** 95 %; undefined where the interval goes on beyond the range. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** Whether the response rises there. */
  readonly rising: boolean;
}

interface Sample {
  readonly at: number;
  readonly responses: readonly number[];
}

/** The response is not 0 anywhere between the ends, as far as was seen. */
export class NotBracketed extends RangeError {
  override readonly name = "NotBracketed";
}

/** The response both rises and falls by more than its noise: there may be several roots. */
export class NotMonotone extends RangeError {
  override readonly name = "NotMonotone";
  /** Parts of the range between which it goes one way, and the other. */
  readonly rises: readonly [number, number];
  readonly falls: readonly [number, number];

  constructor(rises: readonly [number, number], falls: readonly [number, number]) {
    super("the response both rises and falls");
    this.rises = rises;
    this.falls = falls;
  }
}

/** Differences that are smaller than this part of the whole are of the arithmetic. */
const rounding = 1e-9;

/**
 * The root of the mean response: a grid of places shows that there is one and only one, then the bracket is narrowed by
 * the Illinois rule. All places share their random numbers, so that the mean of the same replications is a curve of its own.
 * The interval holds every place at which Student's band around that curve holds 0; what is left of the evaluations makes the
 * curve exact where the interval ends.
 *
 * Sources: M. Dowell and P. Jarratt, BIT 11 (1971), for the rule; E. C. Fieller, J. R. Statist. Soc. B 16 (1954), for intervals
 * of roots by inverting a test, which cover at any number of replications.
 *
 * @throws NotMonotone if differences between neighbours of the grid are significantly of both signs (95 %, paired)
 * @throws NotBracketed
 */
export const findRoot = async (
  { evaluations, grid, tolerance }: RootSearch,
  responsesAt: ResponsesAt,
): Promise<Root> => {
  const places = Array.from({ length: grid }, (_, i) => i / (grid - 1));
  const first = await responsesAt(places);
  const samples: Sample[] = places.map((at, i) => ({ at, responses: first[i]! }));
  requireMonotone(samples);
  const found = crossing(samples.map(meanAt));
  if (found === undefined) throw new NotBracketed("no root between the ends");
  const sampleAt = async (at: number): Promise<Sample> => {
    const sample: Sample = { at, responses: (await responsesAt([at]))[0]! };
    samples.push(sample);
    samples.sort((one, other) => one.at - other.at);
    return sample;
  };
  let [low, high] = found;
  // The value of the end that stayed is halved when it stays twice, or it would stay for ever.
  let [below, above] = [low.y, high.y];
  let stayed: "low" | "high" | undefined;
  while (low.y !== 0 && high.y !== 0 && high.at - low.at > tolerance && samples.length < evaluations) {
    const middle = meanAt(await sampleAt(low.at + (below / (below - above)) * (high.at - low.at)));
    if (middle.y === 0) {
      [low, high] = [middle, middle];
    } else if (middle.y > 0 === high.y > 0) {
      [high, above] = [middle, middle.y];
      if (stayed === "low") below /= 2;
      stayed = "low";
    } else {
      [low, below] = [middle, middle.y];
      if (stayed === "high") above /= 2;
      stayed = "high";
    }
  }
  const at = rootOf([low, high]);
  const rising = meanAt(samples.at(-1)!).y > meanAt(samples[0]!).y;
  for (const side of ["low", "high"] as const) {
    const end = intervalAround(at, samples)[side];
    const isNew = end !== undefined && samples.every((sample) => Math.abs(sample.at - end) > tolerance);
    if (isNew && samples.length < evaluations) await sampleAt(end);
  }
  return { at, ...intervalAround(at, samples), rising };
};

interface Place {
  readonly at: number;
  readonly y: number;
}

const meanAt = ({ at, responses }: Sample): Place => ({
  at,
  y: responses.reduce((sum, one) => sum + one, 0) / responses.length,
});

const requireMonotone = (samples: readonly Sample[]): void => {
  const size = Math.max(...samples.flatMap(({ responses }) => responses.map(Math.abs)));
  let rises: [number, number] | undefined;
  let falls: [number, number] | undefined;
  for (const [i, { at, responses }] of samples.entries()) {
    const next = samples[i + 1];
    if (next === undefined) break;
    const { lower, upper } = meanInterval(Float64Array.from(responses, (one, r) => next.responses[r]! - one));
    if (lower > rounding * size) rises ??= [at, next.at];
    if (upper < -rounding * size) falls ??= [at, next.at];
  }
  if (rises !== undefined && falls !== undefined) throw new NotMonotone(rises, falls);
};

/** The first neighbours between which the curve is 0. */
const crossing = (places: readonly Place[]): readonly [Place, Place] | undefined => {
  for (const [i, place] of places.entries()) {
    const next = places[i + 1];
    if (place.y === 0) return [place, place];
    if (next !== undefined && (next.y === 0 || place.y > 0 !== next.y > 0)) return [place, next];
  }
  return undefined;
};

const rootOf = ([low, high]: readonly [Place, Place]): number =>
  low.at === high.at || low.y === 0 ? low.at : low.at + (low.y / (low.y - high.y)) * (high.at - low.at);

/** How far from the root, on either side, the band around the mean holds 0. */
const intervalAround = (root: number, samples: readonly Sample[]): Pick<Root, "low" | "high"> => {
  const outwards = {
    low: samples.filter(({ at }) => at < root).reverse(),
    high: samples.filter(({ at }) => at > root),
  };
  const endOf = (side: readonly Sample[]): number | undefined => {
    let inside = root;
    for (const { at } of side) {
      if (!holdsZero(bandAt(at, samples))) return edge(inside, at, samples);
      inside = at;
    }
    return undefined;
  };
  return { low: endOf(outwards.low), high: endOf(outwards.high) };
};

const holdsZero = ({ lower, upper }: MeanInterval): boolean => lower <= 0 && upper >= 0;

/** The band between places that were simulated: each replication goes straight from one to the next. */
const bandAt = (at: number, samples: readonly Sample[]): MeanInterval => {
  const next = samples.findIndex((sample) => sample.at >= at);
  const [right, left] = [samples[next]!, samples[Math.max(next - 1, 0)]!];
  const way = right.at === left.at ? 1 : (at - left.at) / (right.at - left.at);
  return meanInterval(
    Float64Array.from(right.responses, (one, r) => left.responses[r]! + way * (one - left.responses[r]!)),
  );
};

const edge = (inside: number, outside: number, samples: readonly Sample[]): number => {
  let [holds, not] = [inside, outside];
  for (let i = 0; i < 50; i++) {
    const middle = (holds + not) / 2;
    if (holdsZero(bandAt(middle, samples))) holds = middle;
    else not = middle;
  }
  return holds;
};
