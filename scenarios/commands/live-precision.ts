import { studentQuantile } from "../../results/statistics/student-t.ts";
import { judged } from "../sequential.ts";
import type { Metrics } from "../simulate.ts";

interface Moments {
  count: number;
  mean: number;
  squares: number;
}

/** How precise the estimates of one column are while runs come in; memory grows with the points, not with the runs. */
export class LivePrecision {
  readonly #of: string;
  readonly #points = new Map<number, Moments>();

  constructor(of: string) {
    this.#of = of;
  }

  add(point: number, metrics: Metrics): void {
    const figure = metrics[this.#of];
    if (figure === undefined || Number.isNaN(figure)) return;
    const moments = this.#points.get(point) ?? { count: 0, mean: 0, squares: 0 };
    const step = judged(this.#of, figure) - moments.mean;
    moments.count += 1;
    moments.mean += step / moments.count;
    moments.squares += step * (judged(this.#of, figure) - moments.mean);
    this.#points.set(point, moments);
  }

  /** Half width over mean of each point that has an interval. */
  get relative(): number[] {
    return [...this.#points.values()].flatMap(({ count, mean, squares }) => {
      if (count < 2 || mean === 0) return [];
      const half = studentQuantile(0.975, count - 1) * Math.sqrt(squares / (count - 1) / count);
      return [half / Math.abs(mean)];
    });
  }

  /** In a few words, with how many points have not reached what is asked for. */
  shown(asked: number | undefined): string {
    const { relative } = this;
    if (relative.length === 0) return "";
    const worst = `; ${this.#of} ± ${percent(Math.max(...relative))} at worst`;
    if (asked === undefined) return worst;
    const open = relative.filter((one) => one > asked / (1 + asked)).length;
    return `${worst}, ${open} of ${relative.length} points wider than ${percent(asked)}`;
  }
}

const percent = (part: number): string => `${Number((100 * part).toPrecision(2))} %`;
