import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { buildNotebook } from "./build-notebook.ts";
import { NotebookError } from "./cells.ts";
import { checkCells } from "./check-cells.ts";
import { notebookNames } from "./notebooks.ts";
import { indexPage } from "./site.ts";

/**
 * Serves the notebooks to this machine alone, each built anew when it is asked for; returns when interrupted.
 *
 * @param port where it listens; 0 takes any that is free
 * @throws CommandError if the port is taken
 */
export const preview = (line: CommandLine, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer(async (request, response) => {
      const name = /^\/([\w-]+)\.html$/.exec(request.url ?? "")?.[1];
      const isIndex = request.url === "/" || name === "index";
      if (!isIndex && (name === undefined || !notebookNames().includes(name))) {
        response.writeHead(404, { "content-type": "text/plain" }).end("There is no such notebook\n");
        return;
      }
      try {
        const html = isIndex ? indexPage() : await buildNotebook(name!);
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
        if (!isIndex) checkCells();
      } catch (error) {
        const message = error instanceof NotebookError ? error.message : String((error as Error).stack);
        line.progress.write(`${message}\n`);
        if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" }).end(`${message}\n`);
      }
    });
    server.on("error", (error) => reject(new CommandError(`--port ${port}: ${whyNot(error, port)}`)));
    server.listen(port, "127.0.0.1", () => {
      const { port: own } = server.address() as AddressInfo;
      line.print(`http://127.0.0.1:${own}/ shows the notebooks; Ctrl-C ends it`);
    });
    line.onInterrupt(() => server.close(() => resolve()).closeAllConnections());
  });

const whyNot = (error: NodeJS.ErrnoException, port: number): string => {
  if (error.code === "EADDRINUSE")
    return `something listens there already, perhaps another preview: end it, or name another, such as --port ${port + 1}`;
  if (error.code === "EACCES") return "you may not listen there: name one above 1023";
  return error.message;
};
