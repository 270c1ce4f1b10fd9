import { type FigureArguments, figures } from "../figures/figure.ts";
import { didYouMean } from "../text/spelling.ts";
import { CommandError, type CommandLine } from "./command-line.ts";

/** The main job: its figure and what it means. */
export const start = (line: CommandLine, given: FigureArguments): Promise<void> =>
  draw(line, "availability-vs-interval", given);

/** Draws the figure that was asked for, or lists all of them. */
export const figure = async (line: CommandLine, given: FigureArguments & { readonly name?: string }): Promise<void> => {
  if (given.name !== undefined) return draw(line, given.name, given);
  const width = Math.max(...Object.keys(figures).map((name) => name.length));
  for (const [name, { about }] of Object.entries(figures)) line.print(`${name.padEnd(width)}  ${about}`);
};

const draw = async (line: CommandLine, name: string, given: FigureArguments): Promise<void> => {
  const found = figures[name];
  if (found === undefined) {
    const names = Object.keys(figures);
    throw new CommandError(`there is no figure ${name}${didYouMean(name, names) || `; there are ${names.join(", ")}`}`);
  }
  await (await found.load())(line, given);
};
