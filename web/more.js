// What a status has beside what the page knows by name: requests and errors of both sides, and whatever a strategy adds.
import { by, el, show } from "./dom.js";
import { plain } from "./plain.js";
import { spaced } from "./words.js";

const KNOWN = new Set([
  "run", "workload", "wave", "strategy", "state", "why", "started", "updated", "ended", "phase", "plan_hash", "runbook_hash",
  "code_version", "asked", "weight", "downtime_seconds", "downtime_runs", "window", "waiting_for", "steps", "promotable", "leftovers",
  "links", "replication", "series",
]);
let told = "";

/** Show all of it, each under its name; nothing when there is nothing. */
export function more(status) {
  const extra = Object.entries(status).filter(([name, value]) => !KNOWN.has(name) && filled(value));
  const seen = JSON.stringify(extra);
  if (seen === told) return;
  told = seen;
  show(by("more"), extra.length);
  by("more").replaceChildren(...extra.flatMap(([name, value]) => [el("h2", {}, heading(name)), sides(value) ?? plain(value)]));
}

const heading = (name) => (name === "metrics" ? "Requests and errors" : spaced(name[0].toUpperCase() + name.slice(1)));
/** Whether there is anything to say: not nothing, nor an object of nothing but zeros. */
const filled = (value) => (typeof value === "object" && value ? Object.values(value).some(filled) : Boolean(value));

/** Figures of both sides stand side by side: an object with `aws` and `azure`, each an object. */
function sides(value) {
  const { aws, azure, ...rest } = value ?? {};
  if (typeof aws !== "object" || typeof azure !== "object" || !aws || !azure) return null;
  const names = [...new Set([...Object.keys(aws), ...Object.keys(azure)])];
  const cell = (one) => el("td", { class: "number" }, plain(one));
  const rows = names.map((name) => el("tr", {}, el("th", { scope: "row" }, spaced(name)), cell(aws[name]), cell(azure[name])));
  const head = el("tr", {}, el("td", {}), el("th", { scope: "col" }, "AWS"), el("th", { scope: "col" }, "Azure"));
  const table = el("table", { class: "sides" }, el("thead", {}, head), el("tbody", {}, ...rows));
  return Object.keys(rest).length ? el("div", {}, table, plain(rest)) : table;
}
