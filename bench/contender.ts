import type { Workload } from "./benchmark.ts";
import { Input } from "./input.ts";

/** Runs our side of one benchmark in this process and prints its outcome: `node contender.js hold pending=100 …`. */
const [name, ...words] = process.argv.slice(2);
const { run } = (await import(new URL(`workloads/${name}.js`, import.meta.url).href)) as { run: Workload };
console.log(JSON.stringify(await run(new Input(words))));
