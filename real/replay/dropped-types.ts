import { type OnLoss, type PageType, pageTypes, type StoragePlan } from "../../models/scenario.ts";
import { isDropped } from "../../models/store/redundancy.ts";
import { harm } from "../../models/store/vm-outcome.ts";
import { allOf } from "../all-of.ts";
import type { DroppedTypes } from "../drop/drop-pages.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealVm } from "./real-cluster.ts";

const slow = 300_000;

/** Page types by what there is instead of them. What was free is nothing to be read again, and no process has it. */
const byWay = (chosen: readonly PageType[], { types }: Pick<StoragePlan, "types">): DroppedTypes => {
  const by = (onLoss: OnLoss): PageType[] => chosen.filter((type) => type !== "free" && types[type].onLoss === onLoss);
  const [reRead, killing] = [by("re-read"), by("kill-process")];
  return { zeroFilled: chosen.filter((type) => ![...reRead, ...killing].includes(type)), reRead, killing };
};

/** The page types that a scenario stores nowhere, by what it has instead of them. */
export const droppedTypes = (storage: Pick<StoragePlan, "types">): DroppedTypes =>
  byWay(
    pageTypes.filter((type) => isDropped(storage.types[type])),
    storage,
  );

/** Those that it stores, and without which a restore goes on when all copies of some of them are lost. */
export const losableTypes = (storage: Pick<StoragePlan, "types">): DroppedTypes =>
  byWay(
    pageTypes.filter((type) => !isDropped(storage.types[type]) && storage.types[type].onLoss !== "fail"),
    storage,
  );

/** Whether every restore is degraded by what is dropped. */
export const dropsHarm = ({ types }: Pick<StoragePlan, "types">): boolean =>
  pageTypes.some((type) => isDropped(types[type]) && harm(type, types[type].onLoss) !== "none");

/**
 * Drops what is not stored from captures on the hosts of their guests, before they are recorded.
 *
 * @param captures files of streams, and the disks of the same cut
 * @throws TestbedError if a host fails meanwhile
 */
export const dropFromCaptures = async (
  storage: StoragePlan,
  captures: readonly { readonly vm: RealVm; readonly file: string; readonly disk: string | null }[],
  onNote: (note: string) => void,
): Promise<void> => {
  const { zeroFilled, reRead, killing } = droppedTypes(storage);
  if (zeroFilled.length + reRead.length + killing.length === 0) return;
  await allOf(
    captures.map(async ({ vm, file, disk }) => {
      if (disk === null) throw new TestbedError(`${vm.name}: it was captured without its disk`);
      const types = { zeroFilled: [...zeroFilled], reRead: [...reRead], killing: [...killing] };
      const asked = { stream: file, disk, ...types };
      const { kept, spared, untyped } = await vm.host!.agent.ask("drop", asked, slow);
      if (untyped !== null)
        onNote(`${vm.name}: nothing is dropped of its memory, as its kernel does not tell its pages: ${untyped}`);
      if (kept > 0) onNote(`${vm.name}: ${kept} pages of its cache are not on its disk, and are stored as the best`);
      if (spared !== "")
        onNote(`${vm.name}: pages whose loss would not kill their processes are stored as the best: ${spared}`);
    }),
  );
};
