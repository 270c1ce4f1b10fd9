import { SimulationError } from "./errors.ts";

const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value);
  return Array.isArray(value) && value.length === 0 ? "[]" : String(value);
};

/** A stream was asked for a draw from a law that does not exist: a negative mean, an interval upside down, nothing to choose from. */
export class InvalidDraw extends SimulationError {
  override readonly name = "InvalidDraw";
  /** Path of the stream, as in `"replication 3/arrivals"`. */
  readonly stream: string;
  /** The law asked for, as in `"exponential"`. */
  readonly law: string;
  readonly parameter: string;
  readonly value: unknown;

  constructor(stream: string, law: string, parameter: string, value: unknown, wanted: string) {
    super(`stream "${stream}": ${law} with ${parameter} = ${shown(value)}: give ${wanted}`);
    this.stream = stream;
    this.law = law;
    this.parameter = parameter;
    this.value = value;
  }
}

/** A seed, or a number in the path to a stream, that could be taken for another one. */
export class InvalidSeed extends SimulationError {
  override readonly name = "InvalidSeed";
}
