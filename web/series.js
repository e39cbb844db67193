// What the run read look by look, over time: clients on Azure, requests and errors of both sides, how far the copy is behind.
// Everything comes from the record of the run, so that a reload shows the same.
import { now } from "./agent.js";
import { Chart } from "./chart.js";
import { by, el, show } from "./dom.js";
import { clock, span } from "./words.js";

const AWS = { label: "AWS", colour: "aws", dashed: true };
const AZURE = { label: "Azure", colour: "azure" };
const FIGURES = {
  weight: { title: "Clients on Azure, %", lines: [AZURE], columns: ["azure"], stepped: true, most: 100, told: shares },
  requests: { title: "Requests, counted while both sides are watched", lines: [AWS, AZURE], columns: ["aws", "azure"], told: requests },
  errors: { title: "Errors among them", lines: [AWS, AZURE], columns: ["aws", "azure"], told: errors },
  lag: { title: "Replication lag, seconds", lines: [{ label: "seconds behind", colour: "busy" }], columns: ["seconds"], told: lag },
};
const LENGTHS = [[0, "the whole run"], [21600, "the last 6 hours"], [3600, "the last hour"], [900, "the last 15 minutes"]];
const charts = new Map();
let status = null;
let told = "";

const last = (column) => column.at(-1);

function shares({ at, azure }) {
  return `${last(azure)} % since ${clock(1000 * last(at))}${azure.length > 2 ? `; before that ${azure.at(-2)} %` : ""}.`;
}

function requests({ aws, azure }) {
  return `AWS ${last(aws)}, Azure ${last(azure)}.`;
}

function errors({ aws, azure }, { requests: all }) {
  const part = (wrong, of) => `${wrong}${of ? ` (${((100 * wrong) / of).toFixed(2)} %)` : ""}`;
  return `AWS ${part(last(aws), last(all.aws))}, Azure ${part(last(azure), last(all.azure))}.`;
}

function lag({ seconds }) {
  const { lag_seconds: behind, lag_max_seconds: most, trend, looks } = status.replication ?? {};
  return `${span(behind ?? last(seconds))} behind at the last look, at most ${span(most ?? Math.max(...seconds))} in ${looks ?? seconds.length} looks; ${trend ?? "steady"}.`;
}

/** Show what a status has of them. */
export async function series(found) {
  const seen = JSON.stringify([found.series, found.ended, found.replication]);
  status = found;
  if (seen === told) return;
  told = seen;
  const all = Object.entries(found.series ?? {}).filter(([, columns]) => columns);
  show(by("series"), all.length);
  await draw();
}

async function draw() {
  const chosen = Number(by("series-length").value);
  const to = (status.ended ? Date.parse(status.ended) : now()) / 1000;
  const from = chosen ? to - chosen : Date.parse(status.started) / 1000;
  for (const [name, figure] of Object.entries(FIGURES)) {
    const columns = status.series[name];
    if (charts.has(name)) show(charts.get(name).figure, columns);
    if (!columns) continue;
    if (!charts.has(name)) {
      charts.set(name, new Chart(by("series"), { id: name === "lag" ? "lag" : `${name}-over-time`, ...figure }));
      ordered();
    }
    const known = [columns.at, ...figure.columns.map((column) => columns[column])];
    const data = figure.stepped ? known.map((column, index) => [...column, index ? last(column) : to]) : known; // it holds until now
    await charts.get(name).show(data, { from, to, told: figure.told(columns, status.series) });
  }
}

/** All figures in the same order, whichever had its first reading first. */
function ordered() {
  by("series").append(...Object.keys(FIGURES).filter((name) => charts.has(name)).map((name) => charts.get(name).figure));
}

/** Let a person choose how far back the figures go. */
export function lengths() {
  by("series-length").append(...LENGTHS.map(([seconds, words]) => el("option", { value: seconds }, words)));
  by("series-length").value = "0";
  by("series-length").addEventListener("change", draw);
}
