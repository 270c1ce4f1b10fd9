/** Seconds of a run as days and a clock, with as many decimals as it has, up to milliseconds. */
export const clock = (seconds: number): string => {
  const milliseconds = Math.round(seconds * 1000);
  const whole = Math.floor(milliseconds / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const days = Math.floor(whole / 86_400);
  const time = `${two(Math.floor(whole / 3600) % 24)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  const rest = milliseconds % 1000;
  return `${days > 0 ? `${days}d ` : ""}${time}${rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`}`;
};
