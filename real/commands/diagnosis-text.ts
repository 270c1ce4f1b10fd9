import type { Diagnosis } from "../hosts/doctor.ts";

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(0)} GiB`;
const speed = (bytesPerSecond: number): string => {
  const megabytes = bytesPerSecond / 1e6;
  return `${megabytes < 100 ? megabytes.toPrecision(3) : megabytes.toFixed(0)} MB/s`;
};

const measured = ({ accelerators: { kvm, tcg }, diskBytesPerSecond, network }: Diagnosis): string[] => [
  ...(kvm === undefined ? [] : [`KVM boots in ${kvm} ms`]),
  ...(tcg === undefined ? [] : [`TCG boots in ${tcg} ms`]),
  ...(diskBytesPerSecond === undefined ? [] : [`disk ${speed(diskBytesPerSecond)}`]),
  ...network.map(({ to, bytesPerSecond }) => `network to ${to} ${speed(bytesPerSecond)}`),
];

/** A host for a person to read: what it is, what was measured, what is missing (!) or odd (~) and what mends it. */
export const diagnosisText = (diagnosis: Diagnosis): string => {
  const { host, facts, qemu, findings } = diagnosis;
  const about = facts && [
    ...[`Node ${facts.node}`, `Linux ${facts.kernel} ${facts.machine}`],
    ...(facts.debian === null ? [] : [`Debian ${facts.debian}`]),
    ...(qemu === undefined ? [] : [`QEMU ${qemu.version}`]),
    ...[`${facts.cores} cores`, gibibytes(facts.memoryBytes), `${gibibytes(facts.freeDiskBytes)} free`],
  ];
  return [
    `${host}${about === undefined ? "" : `  ${about.join(", ")}`}`,
    ...(about === undefined ? [] : [`  ${measured(diagnosis).join(", ")}`]),
    ...findings.flatMap(({ grade, what, mend }) => [
      `  ${grade === "missing" ? "!" : "~"} ${what}`,
      ...(mend === undefined ? [] : [`    mend: ${mend}`]),
    ]),
  ].join("\n");
};
