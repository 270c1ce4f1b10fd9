import { type Process, Simulation, type SimulationOptions, Store, Streams } from "../index.ts";
import { isMain } from "./is-main.ts";
import type { RandomSource } from "./random-source.ts";

/** A message that a consumer took out of its pipe. It is late if it lay there for a while. */
export interface Message {
  readonly consumer: string;
  readonly sent: number;
  readonly received: number;
}

const PRODUCING = [6, 10] as const;
const CONSUMING = [4, 8] as const;
const END = 100;

/** One producer, one consumer, and a pipe between them. Shows: a store that decouples two processes. */
export const oneToOne = (random: RandomSource, options: SimulationOptions = {}): Message[] =>
  pipes(random, options, ["A"]);

/** One producer and two consumers that each receive every message. Shows: one store per reader, and putting without waiting. */
export const oneToMany = (random: RandomSource, options: SimulationOptions = {}): Message[] =>
  pipes(random, options, ["A", "B"]);

function pipes(random: RandomSource, options: SimulationOptions, consumers: readonly string[]): Message[] {
  const sim = new Simulation(options);
  const ends = consumers.map((name) => ({ name, pipe: new Store<number>(sim) }));
  const messages: Message[] = [];

  function* producer(): Process {
    for (;;) {
      yield random.integer(...PRODUCING);
      for (const { pipe } of ends) pipe.put(sim.now);
    }
  }

  function* consumer(name: string, pipe: Store<number>): Process {
    for (;;) {
      const sent = yield* pipe.get();
      messages.push({ consumer: name, sent, received: sim.now });
      yield random.integer(...CONSUMING);
    }
  }

  sim.process(producer(), "producer");
  for (const { name, pipe } of ends) sim.process(consumer(name, pipe), `consumer ${name}`);
  sim.run(END);
  return messages;
}

if (isMain(import.meta.url)) {
  const stream = new Streams(42).get("pipes");
  for (const [title, run] of Object.entries({ "one to one": oneToOne, "one to many": oneToMany })) {
    console.log(title);
    for (const { consumer, sent, received } of run(stream)) {
      console.log(`  ${consumer} received at ${received} what was sent at ${sent}${sent < received ? ", late" : ""}`);
    }
  }
}
