import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";

interface NotebookArguments {
  readonly action: "build" | "preview";
  readonly name?: readonly string[];
  readonly out: string;
  readonly port: number;
}

/** Builds notebooks, or shows them until it is interrupted. */
export const notebooks = async (
  line: CommandLine,
  { action, name = [], out, port }: NotebookArguments,
): Promise<void> => {
  const sources = fileURLToPath(new URL("../site/site.ts", import.meta.url));
  // Only the sources have notebooks: what is compiled would need its compilers again.
  if (!existsSync(sources))
    throw new CommandError("notebooks are built from a clone of the repository: npm run notebooks build");
  const { notebookNames, readNotebook } = await import("../site/notebooks.ts");
  for (const one of name) readNotebook(one);
  const names = name.length === 0 ? notebookNames() : name;
  if (action === "preview") return (await import("../site/preview.ts")).preview(line, port);
  const { buildSite } = await import("../site/site.ts");
  await buildSite(resolve(line.folder, out), names, (path) => line.print(relative(line.folder, path)));
};
