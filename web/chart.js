// Figures over time as a line, drawn by uPlot; a caption says the same in words for who cannot see it.
import { el, say } from "./dom.js";

const HEIGHT = 180;
const scheme = matchMedia("(prefers-color-scheme: dark)");
const charts = new Map();

/**
 * Show lines in a section, made at the first call and changed later.
 *
 * place: the section. x: numbers. lines: `{label, values, colour}`, a colour named as in palette.css. xName: what x counts. told:
 * the figures in words.
 */
export async function chart(place, { x, lines, xName, told }) {
  const { default: UPlot } = await import("./uPlot.esm.js");
  let drawn = charts.get(place);
  if (drawn && drawn.lines !== lines.length) {
    drawn.remove();
    drawn = null;
  }
  drawn ??= make(UPlot, place, lines, xName);
  charts.set(place, drawn);
  say(drawn.caption, told);
  drawn.plot.setData([x, ...lines.map((line) => line.values)]);
}

function make(UPlot, place, lines, xName) {
  const box = el("div", { "aria-hidden": "true" });
  const caption = el("figcaption", {});
  const figure = el("figure", { class: "chart" }, box, caption);
  place.append(figure);
  const draw = () => new UPlot(options(lines, xName, box.clientWidth || 320), [[], ...lines.map(() => [])], box);
  const drawn = { caption, lines: lines.length, plot: draw() };
  const again = () => {
    const { data } = drawn.plot;
    drawn.plot.destroy();
    drawn.plot = draw();
    drawn.plot.setData(data);
  };
  const sized = new ResizeObserver(() => drawn.plot.setSize({ width: box.clientWidth || 320, height: HEIGHT }));
  sized.observe(box);
  scheme.addEventListener("change", again);
  drawn.remove = () => {
    sized.disconnect();
    scheme.removeEventListener("change", again);
    figure.remove();
  };
  return drawn;
}

function options(lines, xName, width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line") } };
  return {
    width,
    height: HEIGHT,
    cursor: { show: false },
    legend: { show: lines.length > 1, live: false },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [{ ...axis, label: xName, labelSize: 18, size: 34, labelFont: "12px system-ui" }, { ...axis, size: 46 }],
    series: [{}, ...lines.map((line) => ({
      label: line.label, stroke: colour(line.colour), width: 2, points: { show: true, size: 5, fill: colour(line.colour) },
    }))],
  };
}
