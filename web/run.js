// The page of a run: asks for its status and its events, and hands them to the parts.
import { Refused, text, Watched } from "./agent.js";
import { controls, hold, offer } from "./controls.js";
import { by, el, say, show } from "./dom.js";
import { events } from "./events.js";
import { head } from "./head.js";
import { more } from "./more.js";
import { runbook } from "./runbook.js";
import { lengths, series } from "./series.js";
import { live } from "./session.js";
import { tick } from "./ticking.js";
import { spaced } from "./words.js";

const EVENTS_EVERY = 10_000;
const name = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1));
const path = `migrations/${encodeURIComponent(name)}`;
const status = new Watched(path);
const log = new Watched(`${path}/events`);
let announced = "";
let logged = 0;

async function look() {
  const found = await status.look();
  if (found) {
    show(by("main"), true); // first: what is hidden has no size, and the runbook scrolls to its line
    for (const part of [head, runbook, more, offer]) part(found);
    await series(found);
    announce(found);
    tick();
  }
  const due = Date.now() - logged > EVENTS_EVERY; // refused decisions change the log and nothing else
  const changed = found || due ? await log.look() : null;
  if (found || due) logged = Date.now();
  if (changed) events(changed.events);
  return Boolean(found);
}

/** One sentence for who listens to the page, when the run has come to something new. */
function announce({ state, phase, waiting_for: waiting }) {
  const words = waiting?.gate ? `Decision needed: ${spaced(waiting.gate)}` : `${spaced(state)}, ${spaced(phase)}`;
  if (words !== announced) say(by("told"), words);
  announced = words;
}

const PAPERS = {
  manual: ["manual", "md", "text/markdown"],
  "manual-page": ["manual?format=html", "html", "text/html"], // one file to read and to print
  report: ["report", "md", "text/markdown"],
};

async function download([door, ending, type]) {
  try {
    const link = el("a", { download: `${name}-${door.split("?")[0]}.${ending}` });
    link.href = URL.createObjectURL(new Blob([await text(`${path}/${door}`)], { type }));
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    say(by("told"), error instanceof Refused ? error.words : error.message);
  }
}

lengths();
controls(() => {
  logged = 0; // what was said stands in the log, whether or not it changed the status
  poll.now();
});
for (const [button, paper] of Object.entries(PAPERS)) by(button).addEventListener("click", () => download(paper));
const poll = live({ look, lost: hold, tick });
