import { frameSize } from "./memory-image.ts";

/** Frames of RAM that lie in one piece: from an offset in RAM on, at physical frame `first`. */
export interface RamPiece {
  readonly offset: number;
  readonly first: number;
  readonly frames: number;
}

const fourGiB = 2 ** 32;

/** From so much RAM on a machine leaves a hole for devices below 4 GiB, and keeps so much below it. */
const holes = [
  { machine: /^pc(-i440fx|$)/, from: 0xe0000000, below: 0xc0000000 },
  { machine: /^(q35$|pc-q35)/, from: 0xb0000000, below: 0x80000000 },
];

/** Bytes up to which a guest's RAM lies at physical address 0 in one piece on each machine of QEMU. */
export const largestFlat = Math.min(...holes.map(({ from }) => from));

/**
 * Where RAM lies in the physical memory of a machine of QEMU (`hw/i386/pc_piix.c`, `pc_q35.c` of 7.2, without
 * `max-ram-below-4g`): what is not below the hole lies from 4 GiB on.
 *
 * @param machine as QEMU calls it, such as `pc-i440fx-7.2`
 * @param bytes of RAM
 * @returns undefined if it is not known for so much RAM of this machine
 */
export const ramPieces = (machine: string, bytes: number): readonly RamPiece[] | undefined => {
  const hole = holes.find((one) => one.machine.test(machine));
  if (bytes < (hole?.from ?? largestFlat)) return [{ offset: 0, first: 0, frames: bytes / frameSize }];
  if (hole === undefined) return undefined;
  return [
    { offset: 0, first: 0, frames: hole.below / frameSize },
    { offset: hole.below, first: fourGiB / frameSize, frames: (bytes - hole.below) / frameSize },
  ];
};
