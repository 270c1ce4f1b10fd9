import type { Key, Words } from "./philox.ts";
import { InvalidSeed } from "./random-errors.ts";
import { Stream } from "./stream.ts";
import { descend, halves, type Step } from "./stream-path.ts";

/** Where in the tree of streams a branch grows; only `Streams` itself makes one. */
interface Branch {
  readonly label: Words;
  readonly path: string;
  readonly mirrored: boolean;
}

const root: Branch = { label: [0, 0, 0, 0], path: "", mirrored: false };

/**
 * All the randomness of a simulation, as a tree of named streams grown from one seed. A path – replication, split,
 * entity, name – leads to one stream, whatever else is drawn, in whatever order: two systems simulated with the same
 * seed see the same draws under the same names (common random numbers), and streams of different paths are independent.
 *
 * The path is absorbed by Philox4x32-10 under the seed as its key; the resulting 128 bits start one sfc32 generator.
 */
export class Streams {
  readonly seed: number;
  private readonly key: Key;
  private readonly branch: Branch;
  private readonly streams = new Map<string, Stream>();
  // Made when needed: a million entities have one stream each, and no branches.
  private splits: Map<string, Streams> | undefined;
  private entities: Map<string | number, Streams> | undefined;

  /**
   * @param seed any safe integer, negative ones too
   * @throws InvalidSeed for any other seed: rounding one would make two seeds the same
   */
  constructor(seed: number, branch: Branch = root) {
    if (!Number.isSafeInteger(seed)) {
      throw new InvalidSeed(
        `Streams: the seed ${String(seed)} is not a safe integer: give one between -(2^53 - 1) and 2^53 - 1`,
      );
    }
    this.seed = seed;
    this.key = halves(seed);
    this.branch = branch;
  }

  /** The stream of this name: the same one, further along, each time it is asked for. */
  get(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new Stream(this.pathTo(name), this.below("stream", name), { mirrored: this.branch.mirrored });
      this.streams.set(name, stream);
    }
    return stream;
  }

  /** The streams of a part of the model, apart from all streams of the same names elsewhere; the same object each time. */
  split(name: string): Streams {
    this.splits ??= new Map();
    let part = this.splits.get(name);
    if (part === undefined) {
      part = this.grow("split", name, name);
      this.splits.set(name, part);
    }
    return part;
  }

  /** The streams of one entity (machine, customer, …), by name or number; the same object each time, kept for good. */
  entity(id: string | number): Streams {
    if (typeof id === "number") this.requireInteger("entity", id);
    this.entities ??= new Map();
    let own = this.entities.get(id);
    if (own === undefined) {
      own = this.grow("entity", id, String(id));
      this.entities.set(id, own);
    }
    return own;
  }

  /** All streams of replication `index`, afresh: asked for twice, it starts twice with the same draws. */
  replication(index: number): Streams {
    this.requireInteger("replication", index);
    return this.grow("replication", index, `replication ${index}`);
  }

  /** These streams afresh with every uniform u mirrored to 1 − 2^-53 − u: the antithetic partner of a run. */
  antithetic(): Streams {
    return new Streams(this.seed, { ...this.branch, mirrored: !this.branch.mirrored });
  }

  private grow(step: Step, name: string | number, shown: string): Streams {
    return new Streams(this.seed, { ...this.branch, label: this.below(step, name), path: this.pathTo(shown) });
  }

  private below(step: Step, name: string | number): Words {
    return descend(this.branch.label, this.key, step, name);
  }

  private pathTo(name: string): string {
    return this.branch.path === "" ? name : `${this.branch.path}/${name}`;
  }

  private requireInteger(step: Step, index: number): void {
    if (Number.isSafeInteger(index) && index >= 0) return;
    const owner = this.branch.path === "" ? "Streams" : `Streams "${this.branch.path}"`;
    throw new InvalidSeed(`${owner}: ${step} ${String(index)} is not a number to count with: give 0, 1, 2, …`);
  }
}
