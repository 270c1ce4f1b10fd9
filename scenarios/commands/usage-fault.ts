import { didYouMean } from "../text/spelling.ts";

/** What is known of the commands when one was used wrongly. */
export interface Usage {
  /** Words after the program's name. */
  readonly words: readonly string[];
  /** How commands are written, such as `run <scenario>`. */
  readonly commands: readonly string[];
  /** Names of the options of the command that was used. */
  readonly options: readonly string[];
}

const nameOf = (command: string): string => command.split(" ")[0]!;

/**
 * What is wrong with the words of a command line, and what to do: yargs says it in terms of its own.
 *
 * @param message what yargs says
 */
export const usageFault = (message: string, { words, commands, options }: Usage): string => {
  const given = words.find((word) => !word.startsWith("-")) ?? "";
  const command = commands.find((one) => nameOf(one) === given);
  const help =
    command === undefined ? "snapback --help lists the commands" : `snapback ${given} --help shows how it is used`;
  return `snapback: ${explained(message, given, command, { words, commands, options })}\n${help}`;
};

const explained = (
  message: string,
  given: string,
  command: string | undefined,
  { words, commands, options }: Usage,
): string => {
  if (command === undefined && given !== "")
    return `there is no command ${given}${didYouMean(given, commands.map(nameOf))}`;
  if (/^Not enough non-option arguments/.test(message))
    return `${given} needs more words: it is used as snapback ${command}`;
  const [, valueless] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (valueless !== undefined) return `${dashed(valueless)} needs a value`;
  const [, missing] = /^Missing required arguments?: (.*)$/.exec(message) ?? [];
  if (missing !== undefined) return `${given} needs ${missing.split(", ").map(dashed).join(" and ")}`;
  const [, unknown] = /^Unknown (?:arguments?|commands?): (.*)$/.exec(message) ?? [];
  if (unknown !== undefined) {
    const [first = ""] = unknown.split(", ");
    if (!words.some((word) => word.startsWith(`-${first}`) || word.startsWith(`--${first}`)))
      return `${given} takes no ${first}: it is used as snapback ${command}`;
    return `${given} has no option ${dashed(first)}${didYouMean(dashed(first), options.map(dashed))}`;
  }
  const [, name, value, choices] = /Argument: (.*), Given: "(.*)", Choices: (.*)/.exec(message) ?? [];
  if (name !== undefined && value !== undefined && choices !== undefined) {
    const known = choices.split(", ").map((choice) => choice.replaceAll('"', ""));
    return `${options.includes(name) && words.some((word) => word.startsWith(dashed(name))) ? dashed(name) : name}: there is no ${value}; there are ${known.join(", ")}${didYouMean(value, known)}`;
  }
  if (/^Did you mean/.test(message)) return `${given} takes fewer words: it is used as snapback ${command}`;
  return message;
};

const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`);
