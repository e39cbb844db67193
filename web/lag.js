// How far the copy is behind: the last looks of the step that follows the changes, as its evidence has them.
import { chart } from "./chart.js";
import { by, show } from "./dom.js";
import { span } from "./words.js";

let told = "";

/** Show the lag of the last line that has one. */
export function lag(status) {
  const lines = status.steps.filter((line) => Array.isArray(line.evidence?.lags) && line.evidence.lags.every(Number.isFinite));
  const line = lines.at(-1);
  show(by("lag"), line?.evidence.lags.length);
  if (!line?.evidence.lags.length) return null;
  const { lags } = line.evidence;
  const seen = JSON.stringify([line.name, lags]);
  if (seen === told) return null;
  told = seen;
  const trend = status.replication?.trend ? `; ${status.replication.trend}` : "";
  const words = `${line.name}: ${span(lags.at(-1))} behind at the last look, at most ${span(Math.max(...lags))} in the last ${lags.length}${trend}.`;
  return chart(by("lag"), {
    x: lags.map((_, index) => index + 1 - lags.length),
    lines: [{ label: "seconds behind", values: lags, colour: "busy" }],
    xName: "looks before the last",
    told: words,
  });
}
