import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const oldestNode = 20;

/**
 * Reads a program from its first line of input and runs it with the rest. It is the same for all hosts and has no quote
 * of a shell in it: whatever shell a host's user has, it sees no other text.
 */
export const loader = [
  `if(parseInt(process.versions.node)<${oldestNode}){`,
  `console.log(JSON.stringify({fatal:"Node "+process.versions.node+" is too old: 20.19 or newer is needed"}));process.exit(1)}`,
  `var s=process.stdin,b=[];function f(c){var i=c.indexOf(10);if(i<0){b.push(c);return}`,
  `s.removeListener("data",f);s.pause();b.push(c.subarray(0,i));if(i+1<c.length)s.unshift(c.subarray(i+1));`,
  `new Function("require",JSON.parse(Buffer.concat(b).toString()))(require)}s.on("data",f)`,
].join("");

/** The agent as one text of JavaScript that needs nothing but Node. */
export const agentProgram = async (): Promise<string> => {
  // The sources are TypeScript in the repository and JavaScript when they are installed.
  const own = fileURLToPath(import.meta.url);
  const { outputFiles } = await build({
    entryPoints: [own.replace(/program\.(ts|js)$/, "main.$1")],
    bundle: true,
    write: false,
    minify: true,
    platform: "node",
    format: "cjs",
    target: `node${oldestNode}`,
    logLevel: "silent",
  });
  return outputFiles[0]!.text;
};
