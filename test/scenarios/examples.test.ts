import { test } from "uvu";
import * as assert from "uvu/assert";
import yargs from "yargs";
import { examples } from "../../scenarios/commands/examples.ts";
import { scenarioCommands } from "../../scenarios/commands/index.ts";
import { capturedLine } from "./captured-line.ts";

const commands = scenarioCommands(capturedLine(process.cwd()).line);
const nameOf = ({ command }: (typeof commands)[number]): string => String(command).replace(/ .*/, "");

/** Reads a command line as the command would, and does nothing. */
const parsed = async (words: readonly string[]): Promise<unknown> =>
  yargs([...words])
    .command(commands.map((one) => ({ ...one, handler: () => {} })))
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseAsync();

test("every command has an example, and no example is of a command that is not there", () => {
  assert.equal(Object.keys(examples).sort(), commands.map(nameOf).sort());
});

test("every example is read by its command without a complaint", async () => {
  for (const [name, lines] of Object.entries(examples))
    for (const [line] of lines) {
      const words = line.replace(/ > .*/, "").split(" ").slice(1);
      assert.is(words[0], name);
      await parsed(words);
    }
});

test("an option that is not there would be noticed", async () => {
  let told = "";
  await parsed(["trace", "mine.yaml", "--htm", "x"]).catch((error: Error) => (told = error.message));
  assert.match(told, /htm/);
});

test.run();
