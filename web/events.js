// The event log, newest first.
import { by, el } from "./dom.js";
import { clock } from "./words.js";

const SHOWN = 300;

/** Show the last events of a run. */
export function events(found) {
  by("events").replaceChildren(...found.slice(-SHOWN).reverse().map(item));
}

function item({ at, who, kind, text }) {
  const author = who && who !== "dayzero" ? el("span", { class: "who" }, ` ${who}: `) : " ";
  return el("li", { "data-kind": kind }, el("time", { datetime: at }, clock(at)), author, text);
}
