import { meanInterval } from "../../results/statistics/mean-interval.ts";

/** Responses at parts in [0, 1] of the searched range, by replication, with common random numbers. */
export type ResponsesAt = (parts: readonly number[]) => Promise<readonly (readonly number[])[]>;

export interface RootSearch {
  /** Places that are simulated, at most; at least five. */
  readonly evaluations: number;
  /** Width of the bracket, as a part of the range, at which the search ends. */
  readonly tolerance: number;
}

/** Where the mean response is 0, as a part of the range. */
export interface Root {
  readonly at: number;
  /** 95 %; undefined where fewer than 19 of 20 resamples have a root in the range on that side. */
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

const grid = [0, 0.25, 0.5, 0.75, 1];
const resamples = 1000;

/**
 * The root of the mean response: a grid of five places shows that there is one and only one, then the bracket is narrowed by
 * the Illinois rule. All places share their random numbers, so that the mean of the same replications is a curve of its own:
 * the interval is a bootstrap that draws replications anew and finds the root of the mean of those drawn, as percentiles.
 *
 * Sources: M. Dowell and P. Jarratt, BIT 11 (1971), for the rule; B. Efron and R. Tibshirani, An Introduction to the Bootstrap,
 * ch. 13, for the interval.
 *
 * @param pick a whole number in [0, n)
 * @throws NotMonotone if differences between neighbours of the grid are significantly of both signs (95 %, paired)
 * @throws NotBracketed
 */
export const findRoot = async (
  { evaluations, tolerance }: RootSearch,
  responsesAt: ResponsesAt,
  pick: (n: number) => number,
): Promise<Root> => {
  const first = await responsesAt(grid);
  const samples: Sample[] = grid.map((at, i) => ({ at, responses: first[i]! }));
  requireMonotone(samples);
  const found = crossing(samples.map(meanAt));
  if (found === undefined) throw new NotBracketed("no root between the ends");
  let [low, high] = found;
  // The value of the end that stayed is halved when it stays twice, or it would stay for ever.
  let [below, above] = [low.y, high.y];
  let stayed: "low" | "high" | undefined;
  while (low.y !== 0 && high.y !== 0 && high.at - low.at > tolerance && samples.length < evaluations) {
    const at = low.at + (below / (below - above)) * (high.at - low.at);
    const [responses] = await responsesAt([at]);
    const sample: Sample = { at, responses: responses! };
    samples.push(sample);
    const middle = meanAt(sample);
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
  samples.sort((one, other) => one.at - other.at);
  return {
    at: rootOf([low, high]),
    ...intervalOf(samples, pick),
    rising: meanAt(samples.at(-1)!).y > meanAt(samples[0]!).y,
  };
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
  let rises: [number, number] | undefined;
  let falls: [number, number] | undefined;
  for (const [i, { at, responses }] of samples.entries()) {
    const next = samples[i + 1];
    if (next === undefined) break;
    const { lower, upper } = meanInterval(Float64Array.from(responses, (one, r) => next.responses[r]! - one));
    if (lower > 0) rises ??= [at, next.at];
    if (upper < 0) falls ??= [at, next.at];
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

const intervalOf = (samples: readonly Sample[], pick: (n: number) => number): Pick<Root, "low" | "high"> => {
  const n = samples[0]!.responses.length;
  const roots: number[] = [];
  const beyond = { low: 0, high: 0 };
  const falling = meanAt(samples[0]!).y > meanAt(samples.at(-1)!).y;
  for (let i = 0; i < resamples; i++) {
    const drawn = Array.from({ length: n }, () => pick(n));
    const places = samples.map(({ at, responses }) => ({
      at,
      y: drawn.reduce((sum, r) => sum + responses[r]!, 0) / n,
    }));
    const found = crossing(places);
    if (found !== undefined) roots.push(rootOf(found));
    else beyond[places[0]!.y > 0 === falling ? "high" : "low"] += 1;
  }
  roots.sort((one, other) => one - other);
  const quantile = (part: number): number | undefined => {
    const index = Math.round(part * (resamples - 1)) - beyond.low;
    return roots[index];
  };
  return { low: quantile(0.025), high: quantile(0.975) };
};
