import { statSync } from "node:fs";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import type { Application } from "../guest/application.ts";
import { guestImage, imageFolder } from "../guest/guest-image.ts";
import { TestbedError } from "../testbed-error.ts";

interface GuestImageArguments {
  readonly application?: Application;
  readonly json?: boolean;
}

/** Builds what guests boot, or finds it built, and tells where it is and what it is made of. */
export const guestImageCommand = async (
  line: CommandLine,
  { application, json }: GuestImageArguments,
): Promise<void> => {
  try {
    const image = await guestImage(imageFolder(), (text) => void line.progress.write(`${text}\n`), application);
    line.print(
      json === true
        ? JSON.stringify(image, null, 2)
        : [
            `Image ${image.hash}, of ${image.madeOf.map(({ name, version }) => `${name} ${version}`).join(" and ")}`,
            ...[image.kernel, image.initrd].map((path) => `  ${path}  ${(statSync(path).size / 1e6).toFixed(1)} MB`),
          ].join("\n"),
    );
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};
