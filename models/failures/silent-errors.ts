import { type Law, lifetime, type RandomStream } from "../laws.ts";

/** Errors that nobody notices when they happen: none, or by a law of the times in between. */
export type SilentErrors = { readonly kind: "none" } | { readonly kind: "law"; readonly time: Law };

/** Instants up to `horizon` at which one component has an error. */
export const silentErrors = (errors: SilentErrors, horizon: number, stream: () => RandomStream): number[] => {
  if (errors.kind === "none") return [];
  const draws = stream();
  const life = lifetime(errors.time);
  const found: number[] = [];
  for (let at = life.sample(draws); at < horizon; at += life.sample(draws)) found.push(at);
  return found;
};
