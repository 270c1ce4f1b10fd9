import type { FailureStreams } from "./outages.ts";
import { type SilentErrors, silentErrors } from "./silent-errors.ts";

/** Latent errors of each host up to `horizon`, and the draws, uniform on [0, 1), that tell which bytes they hit. */
export const latentErrorsOf = (
  errors: SilentErrors,
  hosts: number,
  horizon: number,
  streams: FailureStreams,
): readonly { readonly times: readonly number[]; readonly where: () => number }[] => {
  const latent = streams.split("latent errors");
  return Array.from({ length: hosts }, (_, host) => {
    const own = latent.split(String(host));
    const times = silentErrors(errors, horizon, () => own.get("times"));
    return { times, where: () => own.get("places").next() };
  });
};
