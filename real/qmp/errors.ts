/** The connection to QEMU ended, could not be made, or carried something that is not QMP. */
export class QmpConnectionError extends Error {
  override readonly name: string = "QmpConnectionError";

  /** The same for a command that was under way. */
  beforeReplyTo(command: string): QmpConnectionError {
    const Kind = this.constructor as new (message: string) => QmpConnectionError;
    return new Kind(`${this.message} (before the reply to ${command})`);
  }
}

/** QEMU sent a line that is longer than the limit, perhaps without end; the connection was ended for it. */
export class QmpLineError extends QmpConnectionError {
  override readonly name = "QmpLineError";
}

/** More events than the limit waited in a subscription that nobody read; none from then on were kept. */
export class QmpOverflowError extends Error {
  override readonly name = "QmpOverflowError";
}

/** QEMU refused a command: `errorClass` and the message are QEMU's own. */
export class QmpCommandError extends Error {
  override readonly name = "QmpCommandError";
  readonly command: string;
  readonly errorClass: string;
  readonly description: string;

  constructor(command: string, errorClass: string, description: string) {
    super(`QEMU refused ${command}: ${description} (${errorClass})`);
    this.command = command;
    this.errorClass = errorClass;
    this.description = description;
  }
}

/** No answer came in time. The command may still take effect: QMP cannot take one back. */
export class QmpDeadlineError extends Error {
  override readonly name = "QmpDeadlineError";
}
