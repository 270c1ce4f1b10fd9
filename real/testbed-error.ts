/** Something about a testbed or its hosts that stops a command: the message names the host and what to do. */
export class TestbedError extends Error {
  override readonly name = "TestbedError";
}
