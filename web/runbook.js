// The runbook: every line with its state, its time against its estimate, and what it found. Lines are changed in place, so that
// what a person has opened or stands on stays as it is.
import { plain } from "./plain.js";
import { by, el, mark, say, show } from "./dom.js";
import { taking, took } from "./ticking.js";
import { amount, sign, spaced, span, trouble } from "./words.js";

const BEFORE = 70; // pixels of what came before the line at work that stay in view
const lines = new Map();
let current = null;

/** Show all lines of a status, and bring the line at work into view when it is another than before. */
export function runbook(status) {
  for (const line of status.steps) {
    let row = lines.get(line.seq);
    if (!row) {
      row = make(line);
      lines.set(line.seq, row);
      by("runbook").append(row.item);
    }
    change(row, line);
  }
  const list = by("runbook");
  const now = list.querySelector("[aria-current]");
  if (now && now !== current && !list.contains(document.activeElement)) list.scrollTop = now.offsetTop - BEFORE;
  current = now;
}

function make(line) {
  const parts = {
    sign: el("span", { class: "mark", "aria-hidden": "true" }),
    word: el("span", { class: "word" }),
    took: el("span", { class: "took" }),
    now: el("span", { class: "now" }),
    bar: el("progress", { class: "bar", "aria-label": `Progress of ${line.name}`, hidden: "" }),
    detail: el("div", { class: "detail" }),
  };
  const name = el("span", { class: "name" }, `${line.seq}. ${line.title}${given(line)}`);
  const summary = el("summary", {}, parts.sign, name, parts.took, parts.word, parts.bar, parts.now);
  const opened = el("details", {}, summary, parts.detail);
  opened.addEventListener("toggle", () => detail(row));
  const row = { ...parts, opened, item: el("li", { "data-step": line.name, class: line.kind }, opened), told: "", line };
  return row;
}

function change(row, line) {
  const told = JSON.stringify(line);
  if (row.told === told) return;
  Object.assign(row, { told, line });
  const active = line.state === "running" || line.state === "waiting";
  const undoing = line.undo && !line.undo.ended && line.state !== "undo-failed";
  say(row.sign, undoing ? "↩" : sign(line.state));
  say(row.word, undoing ? "being undone" : spaced(line.state));
  for (const part of [row.sign, row.word]) mark(part, "data-state", undoing ? "failing-back" : line.state);
  mark(row.item, "aria-current", active || undoing ? "step" : null);
  if (active && line.kind === "gate") taking(row.took, line.waiting_since ?? line.started, null);
  else if (active) taking(row.took, line.started, line.estimate_seconds);
  else if (line.seconds !== null) took(row.took, line.seconds, line.estimate_seconds);
  else say(row.took, line.kind === "step" && line.estimate_seconds ? `about ${span(line.estimate_seconds)}` : "");
  const wrong = trouble(line.error) || trouble(line.undo?.error);
  say(row.now, wrong || (active ? [amount(line.progress), waits(line)].filter(Boolean).join("; ") : ""));
  mark(row.now, "class", wrong ? "now wrong" : "now");
  show(row.bar, active && line.progress?.total);
  if (line.progress?.total) Object.assign(row.bar, { max: line.progress.total, value: line.progress.done });
  detail(row);
}

/** What tells a line from others of the same words, such as the weight of a shift. */
function given({ arguments: words }) {
  const told = Object.entries(words ?? {}).map(([name, value]) => `${spaced(name)} ${value}`);
  return told.length ? ` (${told.join(", ")})` : "";
}

const waits = ({ waiting_for: what }) => (what ? `waits for ${what}` : "");

/** What stands below a line is made only while it is open: evidence can be long. */
function detail({ opened, detail: place, line }) {
  if (!opened.open) return;
  const { name, owner, person, attempts, started, ended, arguments: given, evidence, undo } = line;
  place.replaceChildren(plain({ step: name, owner, person, attempts, started, ended, arguments: given, evidence, undo }));
}
