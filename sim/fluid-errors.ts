import { SimulationError } from "./errors.ts";

/** A number of a link or a transfer that its law does not allow. */
export class InvalidFluid extends SimulationError {
  override readonly name = "InvalidFluid";
  constructor(who: string, what: string, law: string, value: unknown) {
    super(`${who}: ${what} must be ${law}, not ${String(value)}`);
  }
}

/** A transfer over a link that belongs to another network. */
export class ForeignLink extends SimulationError {
  override readonly name = "ForeignLink";
  constructor(who: string, link: string) {
    super(`${who} cannot cross ${link}: that belongs to another network; make the link with this network's link()`);
  }
}

/** A transfer that names a link more than once. */
export class RepeatedLink extends SimulationError {
  override readonly name = "RepeatedLink";
  constructor(who: string, link: string) {
    super(
      `${who} names ${link} twice: a flow crosses a link once; if it sends everything twice, give {link, share: 2}`,
    );
  }
}

/** A transfer that nothing limits. */
export class UnlimitedTransfer extends SimulationError {
  override readonly name = "UnlimitedTransfer";
  constructor(who: string) {
    super(`${who} crosses no link and has no cap, so it would be infinitely fast: give it a link or a cap`);
  }
}

/** The weight or cap of a transfer was changed after its end. */
export class TransferIsOver extends SimulationError {
  override readonly name = "TransferIsOver";
  constructor(who: string) {
    super(`${who} cannot be changed: it has ended or was cancelled; ask .inProgress first`);
  }
}
