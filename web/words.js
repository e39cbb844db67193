// Times, states and plain data in words that people read; the same as the command's.

export const ENDED = ["migrated", "failed-back"];
const MARKS = {
  done: "✓", running: "▶", waiting: "…", planned: "·", failed: "✗", undone: "↩", "undo-failed": "✗", skipped: "–",
};

/** A sign for a line's state; the word stands beside it. */
export const sign = (state) => MARKS[state] ?? "•";

/** `0.4 s`, `12 s`, `4 min 10 s`, `2 h`; empty for null. */
export function span(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [large, small, unit, rest] =
    whole < 3600 ? [60, 1, "min", "s"] : whole < 86400 ? [3600, 60, "h", "min"] : [86400, 3600, "d", "h"];
  const left = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${unit}${left ? ` ${left} ${rest}` : ""}`;
}

/** Seconds without tenths: for what ticks. */
export const wholeSpan = (seconds) => (seconds < 10 ? `${Math.floor(Math.max(0, seconds))} s` : span(Math.floor(seconds)));

/** Time of day in the reader's zone, with the day when it is not today. */
export function clock(moment) {
  const time = new Date(moment);
  if (!moment || Number.isNaN(time.getTime())) return "";
  const today = time.toDateString() === new Date().toDateString();
  const day = today ? "" : `${time.toLocaleDateString("en-CA")} `;
  return day + time.toLocaleTimeString("en-GB");
}

/** `wait-for_this` as `wait for this`. */
export const spaced = (name) => String(name).replaceAll(/[-_]/g, " ");

/** Progress of a bulk step. */
export function amount(progress) {
  if (!progress) return "";
  const { done, total, unit } = progress;
  return total ? `${done} of ${total} ${unit ?? ""} (${Math.round((100 * done) / total)} %)` : `${done} ${unit ?? ""}`;
}

/** An error of a line with what to do about it. */
export function trouble(error) {
  if (!error) return "";
  if (typeof error === "string") return error;
  return [error.code ? `${error.code}:` : "", error.message, error.mend].filter(Boolean).join(" ");
}
