import type { Host } from "../data-centre/data-centre.ts";
import type { DetectionSpec } from "../scenario.ts";
import type { ModelClock } from "../simulation/model-clock.ts";
import { detectionDelay } from "./detection.ts";

/**
 * Finds what has gone silent by its missing heartbeats. That is an appointment, for it disturbs the snapshot cycle of
 * whoever shares something with what is found.
 */
export class HeartbeatDetector {
  readonly #clock: ModelClock;
  readonly #detection: DetectionSpec;
  /** When the first heartbeat of each host was sent. */
  readonly #phases: readonly number[];
  readonly #silences = new Map<object, symbol>();

  constructor(clock: ModelClock, detection: DetectionSpec, phases: readonly number[]) {
    this.#clock = clock;
    this.#detection = detection;
    this.#phases = phases;
  }

  /** `who`, on `host` or that host itself, is silent from now on; `suspect` is called unless it is heard before. */
  silent(who: object, host: Host, suspect: () => void): void {
    if (this.#silences.has(who)) return;
    const silence = Symbol();
    this.#silences.set(who, silence);
    const { now } = this.#clock;
    this.#clock.at(now + detectionDelay(this.#detection, now, this.#phases[host.index]!), () => {
      if (this.#silences.get(who) !== silence) return;
      this.#silences.delete(who);
      suspect();
    });
  }

  heard(who: object): void {
    this.#silences.delete(who);
  }
}
