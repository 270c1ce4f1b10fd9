import type { Application } from "../../real/guest/application.ts";
import { type GuestImage, guestImage, imageFolder } from "../../real/guest/guest-image.ts";
import { findCommand } from "../runner/find-command.ts";

/** The image that guests of tests boot; undefined where there is no Debian to make it of, or no QEMU to boot it. */
export const testImage = async (
  application?: Application,
): Promise<(GuestImage & { readonly qemu: string }) | undefined> => {
  const qemu = findCommand("qemu-system-x86_64");
  if (qemu === undefined || ["make", "gcc", "apt-get", "dpkg-deb"].some((name) => findCommand(name) === undefined))
    return undefined;
  return { ...(await guestImage(imageFolder(), () => {}, application)), qemu };
};
