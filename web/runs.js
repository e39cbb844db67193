// The page with the list of runs: those of a wave stand together, below a line that says how the wave stands.
import { Watched } from "./agent.js";
import { by, el, show } from "./dom.js";
import { live } from "./session.js";
import { count, tick } from "./ticking.js";
import { clock, spaced, wholeSpan } from "./words.js";

const HERE = "/api/dashboard";
const COLUMNS = ["Run", "Workload", "Strategy", "State", "Started", "Took"];
const only = new URLSearchParams(location.search).get("wave") ?? "";
const list = new Watched(`migrations${only && `?wave=${encodeURIComponent(only)}`}`);

function row(run) {
  const took = el("td", { "data-label": "Took", class: "number" });
  count(took, run.ended ? null : run.started);
  if (run.ended) took.append(wholeSpan((Date.parse(run.ended) - Date.parse(run.started)) / 1000));
  const name = el("a", { href: `${HERE}/${encodeURIComponent(run.run)}` }, run.run);
  const why = run.why ? el("p", { class: "small" }, run.why) : null;
  const state = el("div", {}, el("span", { "data-state": run.state }, spaced(run.state)), why);
  return el("tr", {},
    el("th", { scope: "row", "data-label": "Run" }, name),
    el("td", { "data-label": "Workload" }, run.workload),
    el("td", { "data-label": "Strategy" }, spaced(run.strategy)),
    el("td", { "data-label": "State" }, state),
    el("td", { "data-label": "Started" }, clock(run.started)),
    took);
}

function table(runs, name) {
  const head = el("tr", {}, ...COLUMNS.map((title) => el("th", { scope: "col" }, title)));
  return el("table", { class: "runs", "aria-label": name }, el("thead", {}, head), el("tbody", {}, ...runs.map(row)));
}

/** How many workloads of a wave are in which state; those that want a person come first. */
function standing({ workloads, states }) {
  const counts = Object.entries(states).map(([state, number]) => el("span", { "data-state": state }, `${number} ${spaced(state)}`));
  const parts = counts.flatMap((one, index) => [index ? ", " : `${workloads} workload${workloads === 1 ? "" : "s"}: `, one]);
  return el("p", { class: "standing" }, ...parts);
}

function group(wave, runs) {
  const name = `Wave ${wave.wave}`;
  const title = only ? name : el("a", { href: `${HERE}?wave=${encodeURIComponent(wave.wave)}` }, name);
  return el("section", { "data-wave": wave.wave }, el("h2", { class: only ? "unseen" : null }, title), standing(wave), table(runs, name));
}

function groups({ migrations, waves }) {
  const rest = migrations.filter((run) => !run.wave);
  const name = waves.length ? "In no wave" : "All runs";
  const alone = rest.length ? [el("section", {}, el("h2", { class: waves.length ? null : "unseen" }, name), table(rest, name))] : [];
  return [...waves.map((wave) => group(wave, migrations.filter((run) => run.wave === wave.wave))), ...alone];
}

async function look() {
  const found = await list.look();
  if (!found) return false;
  const place = document.activeElement?.getAttribute("href"); // who stands on a run stays on it
  by("list").replaceChildren(...groups(found));
  if (place) [...by("list").querySelectorAll("a")].find((link) => link.getAttribute("href") === place)?.focus();
  show(by("empty"), found.migrations.length === 0);
  tick();
  return true;
}

if (only) {
  by("title").textContent = `Wave ${only}`;
  document.title = `Wave ${only} – dayzero`;
  by("empty").textContent = "No run belongs to this wave. A run belongs to the wave that its plan names in the field wave.";
}
show(by("all"), only);
live({ look, lost: () => {}, tick });
