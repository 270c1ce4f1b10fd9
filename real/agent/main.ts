// The agent's program: it is bundled into one text, sent over the connection, and run there by Node.
import { Session } from "./session.ts";

// Whatever a program of the agent makes, disks of guests among it, is its user's alone.
process.umask(0o077);
const session = new Session(process.stdin, process.stdout, () => process.exit());
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => session.end());
process.on("uncaughtException", (error) => session.end(error.message));
process.on("unhandledRejection", (error) => session.end(String(error)));
