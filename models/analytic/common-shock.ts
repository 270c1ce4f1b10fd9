/** Independent Poisson shocks of VMs, of their hosts and of their racks (Marshall & Olkin, JASA 62, 1967). */
export interface ShockedCluster {
  /** Spread evenly over the hosts, and these over the racks. */
  readonly vms: number;
  readonly hosts: number;
  readonly racks: number;
  /** Mean times to failure of one VM, one host and one rack, in seconds (or any unit: results are in the same). */
  readonly vmMttf: number;
  readonly hostMttf: number;
  readonly rackMttf: number;
}

export interface ShockEffects {
  /** Mean time to the first failure that interrupts the cluster. */
  readonly mttf: number;
  /** VMs that are lost by one interruption, on average. */
  readonly vmsLost: number;
  /** Share of the interruptions that take more than one VM. */
  readonly several: number;
}

/** A cluster whose VMs have to run all together is interrupted at the rate N / Mv + H / Mh + K / Mr. */
export const shockEffects = (cluster: ShockedCluster): ShockEffects => {
  const { vms, hosts, racks } = cluster;
  const kinds = [
    { rate: vms / cluster.vmMttf, takes: 1 },
    { rate: hosts / cluster.hostMttf, takes: vms / hosts },
    { rate: racks / cluster.rackMttf, takes: vms / racks },
  ];
  const rate = kinds.reduce((sum, kind) => sum + kind.rate, 0);
  return {
    mttf: 1 / rate,
    vmsLost: kinds.reduce((sum, kind) => sum + kind.rate * kind.takes, 0) / rate,
    several: kinds.reduce((sum, kind) => sum + (kind.takes > 1 ? kind.rate : 0), 0) / rate,
  };
};

/** Probability that the cluster is interrupted within `time`. */
export const interruptedWithin = (cluster: ShockedCluster, time: number): number =>
  -Math.expm1(-time / shockEffects(cluster).mttf);
