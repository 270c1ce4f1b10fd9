/** A stream was asked for a draw from a law that does not exist: a negative mean, an interval upside down, nothing to choose from. */
export class DrawError extends RangeError {
  override readonly name = "DrawError";
  /** Path of the stream, as in `"replication 3/arrivals"`. */
  readonly stream: string;
  /** The law asked for, as in `"exponential"`. */
  readonly law: string;
  readonly parameter: string;
  readonly value: unknown;

  constructor(stream: string, law: string, parameter: string, value: unknown, wanted: string) {
    super(`stream "${stream}": ${law} with ${parameter} = ${String(value)}: give ${wanted}`);
    this.stream = stream;
    this.law = law;
    this.parameter = parameter;
    this.value = value;
  }
}
