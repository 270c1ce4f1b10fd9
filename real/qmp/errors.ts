/** The connection to QEMU ended, could not be made, or carried something that is not QMP. */
export class QmpConnectionError extends Error {
  override readonly name = "QmpConnectionError";
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
