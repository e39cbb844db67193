// Any JSON as a list of names and values: for evidence, and for what this page does not know by name.
import { el } from "./dom.js";
import { clock, spaced } from "./words.js";

const DEEPEST = 4;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;
const nothing = (value) => value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);

/** An element that shows the value; what is empty is left out. */
export function plain(value, depth = 0) {
  if (nothing(value)) return el("span", {}, "–");
  if (typeof value !== "object") return el("span", {}, TIME.test(value) ? clock(value) : String(value));
  if (depth >= DEEPEST) return el("code", {}, JSON.stringify(value));
  if (Array.isArray(value)) return list(value, depth);
  const pairs = Object.entries(value).filter(([, one]) => !nothing(one));
  return el("dl", { class: "plain" }, ...pairs.flatMap(([name, one]) => [el("dt", {}, spaced(name)), el("dd", {}, plain(one, depth + 1))]));
}

function list(values, depth) {
  if (values.every((one) => typeof one !== "object")) return el("span", {}, values.join(", "));
  return el("ul", {}, ...values.map((one) => el("li", {}, plain(one, depth + 1))));
}
