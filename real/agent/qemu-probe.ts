import { execFile, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineSplitter } from "../line-splitter.ts";
import { environmentOf } from "./programs.ts";
import { mostLineBytes, type Result } from "./protocol.ts";

const qemu = "qemu-system-x86_64";
const bare = ["-nodefaults", "-no-user-config", "-display", "none", "-m", "16"];

/** How long QEMU may take to tell of itself, and a probe to boot: an accelerator that needs longer is none. */
const deadline = 10_000;

const exitPort = 0xf4;
const exitValue = 0x2a;
/** QEMU ends with twice the value and one. */
const exitCode = 2 * exitValue + 1;

/** A boot sector that writes a value to the port that ends QEMU: mov ax, value; out port, ax; hlt. */
const bootSector = (): Buffer => {
  const sector = Buffer.alloc(512);
  sector.set([0xb8, exitValue, 0x00, 0xe7, exitPort, 0xf4]);
  sector.set([0x55, 0xaa], 510);
  return sector;
};

/** The first line that QEMU wrote, without its own name: what follows is a consequence. */
const reasonIn = (stderr: string): string | undefined =>
  stderr
    .split("\n")
    .find((line) => line.trim() !== "" && !line.includes("warning:"))
    ?.replace(`${qemu}: `, "")
    .slice(0, 400);

/**
 * Boots a guest of one instruction. That a device for it exists proves nothing: KVM in a virtual machine may stop QEMU at
 * once, or run too slowly to be of use. QEMU carries the name of `owner`; its disk lies in `files`.
 */
export const probeAccelerator = (
  accelerator: "kvm" | "tcg",
  owner: string,
  files: string,
): Promise<Result<"accelerator">> => {
  const disk = join(files, `probe-${accelerator}.img`);
  writeFileSync(disk, bootSector(), { mode: 0o600 });
  const args = [
    ...[...bare, "-accel", accelerator, "-cpu", "max", "-drive", `file=${disk},format=raw,if=ide`],
    ...["-device", `isa-debug-exit,iobase=${exitPort},iosize=4`],
  ];
  const began = performance.now();
  return new Promise((resolve) => {
    execFile(
      qemu,
      args,
      { timeout: deadline, killSignal: "SIGKILL", env: environmentOf(owner) },
      (error, _, stderr) => {
        rmSync(disk, { force: true });
        if (error?.code === exitCode)
          return resolve({ milliseconds: Math.round(performance.now() - began), reason: null });
        const late = error?.killed ? `a guest of one instruction did not boot in ${deadline / 1000} s` : undefined;
        resolve({ milliseconds: null, reason: late ?? reasonIn(stderr) ?? error?.message ?? "the guest never ran" });
      },
    );
  });
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** QEMU's version, and whether it finds background snapshots possible: it asks the kernel for userfaultfd's write protection. */
export const probeQemu = (owner: string): Promise<Result<"qemu">> =>
  new Promise((resolve, reject) => {
    const child = spawn(qemu, [...bare, "-S", "-accel", "tcg", "-qmp", "stdio"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: environmentOf(owner),
    });
    const timer = setTimeout(() => fail(new Error(`QEMU did not tell of itself in ${deadline / 1000} s`)), deadline);
    let stderr = "";
    let version = "";
    const end = (): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const ask = (execute: string, args: object, id: string): void =>
      void child.stdin.write(`${JSON.stringify({ execute, arguments: args, id })}\n`);
    const split = lineSplitter(mostLineBytes, (line) => {
      const message: unknown = JSON.parse(line);
      if (!isObject(message)) throw new Error("QEMU said something that is not QMP");
      const greeting = message["QMP"];
      if (isObject(greeting)) {
        const { qemu } = (greeting["version"] ?? {}) as { qemu?: Record<string, unknown> };
        version = [qemu?.["major"], qemu?.["minor"], qemu?.["micro"]].map(Number).join(".");
        ask("qmp_capabilities", {}, "ready");
        const capability = { capability: "background-snapshot", state: true };
        ask("migrate-set-capabilities", { capabilities: [capability] }, "capability");
      } else if (message["id"] === "capability") {
        const { error } = message;
        end();
        resolve({ version, backgroundSnapshot: isObject(error) ? String(error["desc"]).slice(0, 400) : null });
      }
    });
    child.stdout.on("data", (chunk) => {
      try {
        split(chunk);
      } catch (error) {
        fail(error as Error);
      }
    });
    child.stderr.on("data", (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-4096);
    });
    child.stdin.on("error", () => {});
    child.on("error", fail);
    child.on("close", () => fail(new Error(reasonIn(stderr) ?? "QEMU ended before it told of itself")));
  });
