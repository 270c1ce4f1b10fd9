/**
 * Bytes up to which a guest's RAM lies at physical address 0 in one piece on both machines of QEMU: from there on `q35`
 * leaves a hole for devices (`pc` does so from 3.5 GiB on), and offsets in RAM are no longer addresses.
 */
export const largestFlat = 0xb0000000;
