// Controls a testbed until it is killed: starts a process on each host and prints what there is, as one line of JSON.
import { Testbed } from "../../real/hosts/testbed.ts";
import { readInventory } from "../../real/inventory/read-inventory.ts";
import { diskFiles } from "../../scenarios/files.ts";

const testbed = await Testbed.take(readInventory(diskFiles, process.argv[2]!, "/"));
const pids: number[] = [];
for (const { value: agent, error } of await testbed.agents("own")) {
  if (agent === undefined) throw error;
  const { pid } = await agent.ask("spawn", { name: "sleeper", command: ["sleep", "1000"] }, 5000);
  pids.push(pid);
}
console.log(JSON.stringify(pids));
process.stdin.resume();
