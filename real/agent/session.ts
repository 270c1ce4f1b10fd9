import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { lineSplitter } from "../line-splitter.ts";
import { endMade } from "../ownership/end-made.ts";
import { Made } from "../ownership/made.ts";
import { hostFolder, makePrivately, storeFolder } from "../ownership/private-folder.ts";
import { processWith } from "../ownership/processes.ts";
import { userOf, writeUser } from "../ownership/user.ts";
import { HostStore } from "../store/host-store.ts";
import {
  type Greeting,
  greeting,
  leaseSeconds,
  mostLineBytes,
  mostRequests,
  protocolVersion,
  request,
  requests,
  type Said,
} from "./protocol.ts";
import { lookingVerbs, owningVerbs, type Verbs } from "./verbs.ts";

/** Milliseconds that processes of a host get to end by themselves. */
const patience = 3000;

/** Something that the controller must not say: nothing that follows it is believed. */
class ProtocolError extends Error {}

/** A life of an agent, from the greeting to the end of its input; it ends all that it made before it ends. */
export class Session {
  readonly #output: Writable;
  readonly #exit: () => void;
  #owned: string | undefined;
  #verbs: Promise<Verbs> | undefined;
  #underWay = 0;
  #lease: NodeJS.Timeout | undefined;
  #ending = false;

  /** `exit` ends the process; it is called once, last. */
  constructor(input: Readable, output: Writable, exit: () => void) {
    this.#output = output;
    this.#exit = exit;
    const split = lineSplitter(mostLineBytes, (line) => this.#take(line));
    input.on("data", (chunk: Buffer) => {
      if (this.#ending) return;
      try {
        split(chunk);
      } catch (error) {
        this.end((error as Error).message);
      }
    });
    input.on("error", () => this.end());
    input.on("close", () => this.end());
    input.on("end", () => this.end());
    // A controller that is gone hears nothing; its input ends, too.
    output.on("error", () => this.end());
    this.#extend();
    input.resume();
  }

  /** Ends all that the agent made, says why if that is an error, and ends the agent. */
  end(fatal?: string): void {
    if (this.#ending) return;
    this.#ending = true;
    clearTimeout(this.#lease);
    if (fatal !== undefined) this.#say({ fatal: fatal.slice(0, 4096) });
    // What has begun to be made is made by then, and recorded.
    Promise.allSettled([this.#verbs])
      .then(() => (this.#owned === undefined ? undefined : endMade(this.#owned, patience)))
      .catch((error) => this.#say({ fatal: String(error.message).slice(0, 4096) }))
      .finally(() => {
        if (this.#output.destroyed || this.#output.errored) this.#exit();
        else this.#output.end(() => this.#exit());
      });
  }

  #say(said: Said): void {
    if (!this.#output.destroyed && !this.#output.writableEnded) this.#output.write(`${JSON.stringify(said)}\n`);
  }

  #extend(): void {
    clearTimeout(this.#lease);
    this.#lease = setTimeout(() => this.end(`nothing was heard for ${leaseSeconds} s`), leaseSeconds * 1000);
  }

  #take(line: string): void {
    // More lines may have come in one piece with the one that ended it.
    if (this.#ending) return;
    this.#extend();
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      throw new ProtocolError("a line that is no JSON");
    }
    if (this.#verbs === undefined) {
      const greeted = greeting.safeParse(message);
      if (!greeted.success) throw new ProtocolError("the first line is no greeting of this version");
      this.#verbs = this.#begin(greeted.data);
      this.#verbs.then(
        () => this.#ending || this.#say({ ready: protocolVersion }),
        (error: Error) => this.end(error.message),
      );
    } else void this.#answer(message, this.#verbs);
  }

  async #begin({ testbed, host, mode, machine, user }: Greeting): Promise<Verbs> {
    const folder = hostFolder(testbed, host);
    if (mode === "look") return lookingVerbs(folder);
    const other = userOf(folder);
    if (other !== undefined && other.machine !== machine)
      throw new Error(`testbed ${testbed} is in use on ${host} by ${other.user}`);
    await endMade(folder, patience);
    this.#owned = makePrivately(folder);
    new Made(folder).note({ kind: "process", ...processWith(process.pid)! });
    writeUser(folder, machine, user);
    const files = makePrivately(join(folder, "files"));
    const store = new HostStore(storeFolder(testbed, host), files);
    await store.sweep();
    return owningVerbs(folder, files, store, (exited) => this.#say(exited));
  }

  async #answer(message: unknown, verbs: Promise<Verbs>): Promise<void> {
    const asked = request.safeParse(message);
    if (!asked.success) return this.end("a line that is no request");
    const { id, verb } = asked.data;
    if (this.#underWay >= mostRequests) return this.#say({ id, error: `more than ${mostRequests} requests at once` });
    this.#underWay++;
    try {
      const given = requests[verb].safeParse(asked.data.arguments);
      const known = (await verbs)[verb];
      if (!given.success) this.#say({ id, error: `${verb}: what it was given is not what it takes` });
      else if (known === undefined) this.#say({ id, error: `${verb}: an agent that only looks does not do this` });
      // Each verb takes what its schema has just let through.
      else this.#say({ id, result: await (known as (given: unknown) => unknown)(given.data) });
    } catch (error) {
      this.#say({ id, error: `${verb}: ${(error as Error).message}`.slice(0, 4096) });
    } finally {
      this.#underWay--;
    }
  }
}
