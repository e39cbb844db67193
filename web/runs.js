// The page with the list of runs.
import { now, Watched } from "./agent.js";
import { by, el, show } from "./dom.js";
import { live } from "./session.js";
import { clock, spaced, wholeSpan } from "./words.js";

const list = new Watched("migrations");

function row(run) {
  const took = (run.ended ? Date.parse(run.ended) : now()) - Date.parse(run.started);
  const name = el("a", { href: `/api/dashboard/${encodeURIComponent(run.run)}` }, run.run);
  return el("tr", {},
    el("th", { scope: "row", "data-label": "Run" }, name),
    el("td", { "data-label": "Workload" }, run.workload),
    el("td", { "data-label": "Strategy" }, spaced(run.strategy)),
    el("td", { "data-label": "State", "data-state": run.state }, spaced(run.state)),
    el("td", { "data-label": "Started" }, clock(run.started)),
    el("td", { "data-label": "Took", class: "number" }, wholeSpan(took / 1000)));
}

async function look() {
  const found = await list.look();
  if (!found) return false;
  const place = document.activeElement?.getAttribute("href"); // who stands on a run stays on it
  by("runs").tBodies[0].replaceChildren(...found.migrations.map(row));
  if (place) [...by("runs").querySelectorAll("a")].find((link) => link.getAttribute("href") === place)?.focus();
  show(by("runs"), found.migrations.length > 0);
  show(by("empty"), found.migrations.length === 0);
  return true;
}

live({ look, lost: () => {}, tick: () => {} });
