import { type LossRates, step, type Walk } from "./loss-cycle.ts";
import { type LossStream, type LossSystem, LostHosts } from "./loss-system.ts";
import type { Levels } from "./splitting.ts";

/** Hosts that are lost, and whether data is: then the set that lost it has no margin left. */
interface Climbed {
  readonly order: readonly number[];
  readonly data: boolean;
}

/** Regeneration cycles by the margin of the worst set: level 1 is a first loss, the last one a loss of data. */
export const lossLevels = (system: LossSystem, rates: LossRates, stream: LossStream): Levels<Climbed> => {
  const lost = new LostHosts(system);
  const last = Math.max(...system.sets.map(({ tolerates, guard }) => tolerates + (guard === undefined ? 0 : 1))) + 1;
  const levelOf = (data: boolean): number => (data ? last : Math.max(1, last - 1 - Math.max(0, lost.margin)));
  const goOn = (level: number, firstOnly: boolean): Climbed | undefined => {
    const walk: Walk = { lost, likelihood: 1, time: 0 };
    for (;;) {
      const data = step(walk, rates, stream);
      if (lost.order.length === 0 && !data) return undefined;
      if (firstOnly || levelOf(data) >= level) return { order: [...lost.order], data };
    }
  };
  return {
    last,
    start: () => {
      lost.clear();
      return goOn(1, true);
    },
    climb: (state, level) => {
      lost.clear();
      for (const host of state.order) lost.lose(host);
      if (levelOf(state.data) >= level) return state;
      return goOn(level, false);
    },
  };
};
