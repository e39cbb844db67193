// One figure: lines over time, drawn by uPlot. A caption and a table say the same for who cannot see it.
import { el, say } from "./dom.js";
import { clock } from "./words.js";

const HEIGHT = 150;
const SHORT = 600; // seconds; over less than that the axis shows seconds
const scheme = matchMedia("(prefers-color-scheme: dark)");

/** A figure in a place of the page, with its lines: `{ label, colour, dashed }`, a colour named as in palette.css. */
export class Chart {
  #lines;
  #stepped;
  #most;
  #caption = el("figcaption", {});
  #box = el("div", { "aria-hidden": "true" });
  #table = el("details", {}, el("summary", {}, "The figures as a table"));
  #plot = null;
  #shown = null;

  /** id, title: of the figure. lines: as above. stepped: whether a value holds until the next. most: the axis's end, if it is fixed. */
  constructor(place, { id, title, lines, stepped = false, most = null }) {
    this.#lines = lines;
    this.#stepped = stepped;
    this.#most = most;
    this.figure = el("figure", { class: "chart", id, "aria-labelledby": `${id}-title` },
      el("h3", { id: `${id}-title` }, title), this.#box, this.#caption, this.#table);
    place.append(this.figure);
    this.#table.addEventListener("toggle", () => this.#tabulate());
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width, height: HEIGHT })).observe(this.#box);
    scheme.addEventListener("change", () => this.#draw());
  }

  /** Show readings. columns: `at` (seconds since 1970) and the values of each line. from, to: the time that is shown. told: in words. */
  async show(columns, { from, to, told }) {
    const { default: UPlot } = await import("./uPlot.esm.js");
    const again = !this.#plot;
    this.#shown = { UPlot, columns, from, to };
    say(this.#caption, told);
    this.#tabulate();
    if (again) this.#draw();
    else this.#plot.setData(columns);
  }

  get #width() {
    return this.#box.clientWidth || 320;
  }

  #draw() {
    if (!this.#shown) return;
    this.#plot?.destroy();
    const { UPlot, columns } = this.#shown;
    this.#plot = new UPlot(this.#options(UPlot), columns, this.#box);
  }

  #options(UPlot) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") }, font: "12px system-ui" };
    const values = (_plot, ticks) => ticks.map((at) => hour(at, this.#shown.to - this.#shown.from));
    return {
      width: this.#width,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: this.#lines.length > 1, live: false, markers: { dash: (_plot, index) => (this.#lines[index - 1]?.dashed ? "dashed" : "solid") } },
      scales: {
        x: { range: () => [this.#shown.from, this.#shown.to] },
        y: { range: (_plot, _low, high) => [0, this.#most ?? Math.max(1, high * 1.1)] },
      },
      axes: [{ ...axis, values, space: 70, size: 32 }, { ...axis, space: 30, size: 50 }],
      series: [{}, ...this.#lines.map((line) => ({
        label: line.label, stroke: colour(line.colour), width: 2, dash: line.dashed ? [6, 4] : [],
        paths: this.#stepped ? UPlot.paths.stepped({ align: 1 }) : undefined,
        points: { show: this.#stepped ? false : undefined, size: 4, fill: colour(line.colour) },
      }))],
    };
  }

  /** The table is made only while it is open, newest first. */
  #tabulate() {
    if (!this.#table.open || !this.#shown) return;
    const [at, ...values] = this.#shown.columns;
    const head = ["At", ...this.#lines.map((line) => line.label)].map((name) => el("th", { scope: "col" }, name));
    const rows = at.map((moment, index) => el("tr", {}, el("th", { scope: "row" }, clock(1000 * moment)),
      ...values.map((column) => el("td", { class: "number" }, String(column[index])))));
    const made = el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.reverse()));
    this.#table.querySelector("table")?.remove();
    this.#table.append(made);
  }
}

function hour(at, length) {
  const full = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(1000 * at).toLocaleTimeString("en-GB", length < SHORT ? { ...full, second: "2-digit" } : full);
}
