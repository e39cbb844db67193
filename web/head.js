// The head of a run: its state, and the facts that everybody in the room asks for.
import { now } from "./agent.js";
import { by, mark, say, show } from "./dom.js";
import { count } from "./ticking.js";
import { clock, ENDED, span, spaced, wholeSpan } from "./words.js";

/** Show the head of a status. */
export function head(status) {
  document.title = `${status.run}: ${spaced(status.state)} – dayzero`;
  say(by("run"), status.run);
  say(by("state"), spaced(status.state));
  mark(by("state"), "data-state", status.state);
  const ended = status.ended ? `, ended ${clock(status.ended)}` : "";
  say(by("about"), `${status.workload}, ${spaced(status.strategy)}, started ${clock(status.started)}${ended}`);
  wave(status);
  const asked = status.asked ? `Asked for: ${status.asked}.` : "";
  const why = status.why === status.waiting_for?.what ? "" : status.why; // else it stands below
  say(by("why"), [why, asked].filter(Boolean).join(" "));
  show(by("why"), why || asked);
  say(by("hash"), status.runbook_hash.slice(0, 12));
  traffic(status);
  downtime(status);
  opened(status.window);
  steps(status);
}

function wave({ wave: name }) {
  show(by("wave"), name);
  const link = by("wave").querySelector("a");
  say(link, name ? `wave ${name}` : "");
  mark(link, "href", name && `/api/dashboard?wave=${encodeURIComponent(name)}`);
}

function traffic({ weight }) {
  say(by("weight"), `${weight} %`);
  by("split").value = weight;
  say(by("split-words"), `${100 - weight} % on AWS`);
}

function downtime({ downtime_seconds: seconds, downtime_runs: runs }) {
  const figure = by("downtime");
  count(figure, runs ? new Date(now() - 1000 * seconds).toISOString() : null);
  if (!runs) say(figure, seconds === null ? "none" : span(seconds));
  mark(figure, "class", runs ? "figure over" : "figure");
  say(by("downtime-words"), runs ? "clients are not served" : seconds === null ? "clients were always served" : "clients are served");
}

function opened(window) {
  show(by("window"), window);
  if (!window) return;
  const { length_seconds: length, closed, opened: since } = window;
  const words = (seconds) => {
    by("window-used").value = (100 * seconds) / length;
    mark(by("window-left"), "class", seconds > length ? "figure over" : "figure");
    say(by("window-words"), `${Math.round((100 * seconds) / length)} % of ${span(length)} used${closed ? "; closed" : ""}`);
    if (closed) return span(seconds);
    return seconds > length ? `${wholeSpan(seconds - length)} over` : `${wholeSpan(length - seconds)} left`;
  };
  by("window-used").low = 80;
  by("window-used").high = 100;
  by("window-used").optimum = 0;
  count(by("window-left"), closed ? null : since, words);
  if (closed) say(by("window-left"), words((Date.parse(closed) - Date.parse(since)) / 1000));
}

/** How many lines are done, and what is ahead; on a way back how many of those that were begun are undone. */
function steps({ steps: lines, phase, state }) {
  const back = lines.some((line) => line.undo);
  const among = back ? lines.filter((line) => line.started) : lines;
  const done = among.filter((line) => line.state === (back ? "undone" : "done")).length;
  say(by("steps-title"), back ? "Steps undone" : "Steps done");
  say(by("steps-done"), `${done} of ${among.length}`);
  by("steps-bar").max = among.length;
  by("steps-bar").value = done;
  say(by("steps-words"), [spaced(phase), ...(back || ENDED.includes(state) ? [] : ahead(lines))].join("; "));
}

/** What comes next, and how long it should take from there to the next gate. */
function ahead(lines) {
  const planned = lines.filter((line) => line.state === "planned");
  if (!planned.length) return [];
  const gate = planned.findIndex((line) => line.kind === "gate");
  const seconds = planned.slice(0, gate < 0 ? planned.length : gate).reduce((sum, line) => sum + (line.estimate_seconds ?? 0), 0);
  const until = seconds ? [`then about ${span(seconds)} to ${gate < 0 ? "the end" : `the gate ${spaced(planned[gate].name)}`}`] : [];
  return [`next ${spaced(planned[0].name)}`, ...until];
}
