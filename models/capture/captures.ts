import type { SimulatedVm } from "../simulation/simulated-vm.ts";
import { PostCopy } from "./post-copy.ts";
import { PreCopy } from "./pre-copy.ts";
import { StopAndCopy } from "./stop-and-copy.ts";
import type { CaptureSite, VmCapture } from "./vm-capture.ts";

/** The capture of one VM that the plan asks for. */
export const captureOf = (vm: SimulatedVm, site: CaptureSite): VmCapture => {
  switch (site.plan.capture) {
    case "stop-and-copy":
      return new StopAndCopy(vm, site);
    case "pre-copy":
      return new PreCopy(vm, site);
    case "post-copy":
      return new PostCopy(vm, site);
  }
};
