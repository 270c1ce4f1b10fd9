import { duration, formatQuantity } from "../text/units.ts";

/** Four digits that count, and the unit: `4.93 s`. */
export const inSeconds = (seconds: number): string => `${short(seconds)} s`;

/** Decimal units, as disks and networks are sold: `40.84 MB`. */
export const inBytes = (bytes: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let scale = 0;
  while (scale < units.length - 1 && short(bytes / 1000 ** scale) >= 1000) scale += 1;
  return `${short(bytes / 1000 ** scale)} ${units[scale]}`;
};

const short = (value: number): number => Number(value.toPrecision(4));

/** A time as it may be written in a scenario, such as `90m`. */
export const asWritten = (seconds: number): string => formatQuantity(duration, seconds);

/**
 * Times of a run to the microsecond, all of one width: `00:05:37.250000`, and with days in front when the last of them
 * has days: `12d 03:04:05.250000`.
 */
export const clockFace = (last: number): ((seconds: number) => string) => {
  const days = Math.floor(last / 86_400);
  const width = days === 0 ? 0 : String(days).length;
  return (seconds) => {
    const micros = Math.round(seconds * 1e6);
    const whole = Math.floor(micros / 1e6);
    const part = (value: number): string => String(value).padStart(2, "0");
    const day = Math.floor(whole / 86_400);
    const time = `${part(Math.floor(whole / 3600) % 24)}:${part(Math.floor(whole / 60) % 60)}:${part(whole % 60)}`;
    const fraction = String(micros - whole * 1e6).padStart(6, "0");
    return `${width === 0 ? "" : `${String(day).padStart(width)}d `}${time}.${fraction}`;
  };
};
