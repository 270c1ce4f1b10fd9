/** The machine that a guest runs on. Names of files and sockets are relative to where QEMU runs, or absolute. */
export interface GuestMachine {
  readonly kernel: string;
  readonly initrd: string;
  readonly accelerator: "tcg" | "kvm";
  /** MiB. */
  readonly memory: number;
  readonly cores: number;
  /** File with the workload's settings. */
  readonly settings: string;
  readonly disk?: { readonly file: string; readonly format: "qcow2" | "raw" };
  /** A tap that is there already. */
  readonly network?: { readonly tap: string; readonly mac: string };
  /** Sockets that QEMU makes: its monitor, and the guest's port. */
  readonly qmp: string;
  readonly port: string;
  /** It stands still and waits for a stream to be restored from. */
  readonly incoming?: boolean;
}

/**
 * Arguments of `qemu-system-x86_64`. The same machine must be given to a restore; only files, sockets and tap may have other
 * names. Commas in names are doubled, as QEMU wants it.
 *
 * @throws RangeError for a network card without an address
 */
export const machineArguments = (machine: GuestMachine): string[] => {
  const { disk, network, accelerator } = machine;
  if (network !== undefined && !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(network.mac))
    throw new RangeError(`${network.mac} is no address of a network card`);
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"],
    ...["-machine", "pc", "-accel", accelerator, "-cpu", accelerator === "kvm" ? "host" : "max"],
    ...["-m", `${machine.memory}`, "-smp", `${machine.cores}`],
    ...["-kernel", machine.kernel, "-initrd", machine.initrd, "-append", "console=ttyS0 quiet panic=-1"],
    // A guest may say on its console what it likes: the last of it is kept, in memory, for `ringbuf-read` of the monitor.
    ...["-chardev", "ringbuf,id=console,size=65536", "-serial", "chardev:console"],
    // Whoever breaks out of a guest finds a process that starts no other and gains no rights.
    ...["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"],
    ...["-device", "vmcoreinfo", "-fw_cfg", `name=opt/snapback/settings,file=${escaped(machine.settings)}`],
    ...["-device", "virtio-serial-pci"],
    ...["-chardev", `socket,id=port,path=${escaped(machine.port)},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=port,name=snapback"],
    ...["-qmp", `unix:${escaped(machine.qmp)},server=on,wait=off`],
    ...(disk === undefined
      ? []
      : [
          ...["-blockdev", `driver=file,node-name=disk-file,filename=${escaped(disk.file)}`],
          ...["-blockdev", `driver=${disk.format},node-name=disk,file=disk-file`],
          ...["-device", "virtio-blk-pci,id=disk-device,drive=disk"],
        ]),
    ...(network === undefined
      ? []
      : [
          ...["-netdev", `tap,id=network,ifname=${escaped(network.tap)},script=no,downscript=no`],
          ...["-device", `virtio-net-pci,netdev=network,mac=${network.mac},romfile=`],
        ]),
    ...(machine.incoming === true ? ["-incoming", "defer", "-S"] : []),
  ];
};

const escaped = (name: string): string => name.replaceAll(",", ",,");
