import { missesToSuspect } from "../analytic/detector.ts";
import { type Law, type RandomStream, sampleLaw } from "../laws.ts";

/** When a healthy VM is taken for dead: by a law of the times in between, or because its heartbeats are lost. */
export type FalseSuspicion =
  | { readonly kind: "none" }
  | { readonly kind: "law"; readonly time: Law }
  /** Each heartbeat is lost with this probability, independently of the others. */
  | { readonly kind: "lost"; readonly probability: number };

/** From so many broken runs of losses on, their mean length stands for each: their sum then varies by less than 3 %. */
const manyRuns = 1000;

/**
 * Seconds from a heartbeat that was heard until the silence has lasted for the timeout, because as many heartbeats as it
 * takes were lost in a row. Every run of losses that breaks off earlier ends with a heartbeat that is heard.
 */
export const timeToFalseSuspicion = (
  detection: { readonly heartbeat: number; readonly timeout: number },
  loss: number,
  stream: RandomStream,
): number => {
  const { heartbeat, timeout } = detection;
  const misses = missesToSuspect(detection);
  const success = loss ** misses;
  // The number of runs that break off is geometric, by inversion.
  const broken = Math.floor(Math.log1p(-stream.next()) / Math.log1p(-success));
  let beats = 0;
  if (broken > manyRuns) beats = broken * meanBrokenRun(loss, misses);
  else for (let run = 0; run < broken; run++) beats += brokenRun(loss, success, stream);
  return heartbeat * beats + timeout;
};

/** Beats of a run of fewer losses than it takes, with the one that ends it: geometric, cut off, by inversion. */
const brokenRun = (loss: number, success: number, stream: RandomStream): number =>
  1 + Math.floor(Math.log1p(-stream.next() * (1 - success)) / Math.log(loss));

const meanBrokenRun = (loss: number, misses: number): number => {
  const success = loss ** misses;
  return 1 / (1 - loss) - (misses * success) / (1 - success);
};

/** The instants up to `horizon` at which one VM would be suspected without having failed. */
export const falseSuspicions = (
  detection: { readonly heartbeat: number; readonly timeout: number; readonly falseSuspicion: FalseSuspicion },
  horizon: number,
  stream: () => RandomStream,
): number[] => {
  const { falseSuspicion } = detection;
  if (falseSuspicion.kind === "none") return [];
  const draws = stream();
  const next = (): number =>
    falseSuspicion.kind === "law"
      ? sampleLaw(falseSuspicion.time, draws)
      : timeToFalseSuspicion(detection, falseSuspicion.probability, draws);
  const found: number[] = [];
  for (let at = next(); at < horizon; at += next()) found.push(at);
  return found;
};
