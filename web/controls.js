// What a person can say to a run: approve, reject, pause, resume, abort, retry. Each is asked about once more before it is said.
import { needsKey, tell } from "./agent.js";
import { ask, holdBack } from "./ask.js";
import { by, el, say, show } from "./dom.js";
import { stakes } from "./stakes.js";
import { count } from "./ticking.js";
import { ENDED, spaced, span, trouble, wholeSpan } from "./words.js";

const WORDS = ["pause", "resume", "promote", "retry", "abort"];
const BUTTONS = ["approve", "reject", ...WORDS];
let status = null;
let after = () => {};

/** Wire the buttons for a run; `then` is called after something was said. */
export function controls(then) {
  after = then;
  by("approve").addEventListener("click", () => decide("approve"));
  by("reject").addEventListener("click", () => decide("reject"));
  for (const word of WORDS) by(word).addEventListener("click", () => control(word));
}

/** Nothing can be said while what is shown is not live. */
export function hold(reason) {
  for (const name of BUTTONS) by(name).disabled = Boolean(reason);
  holdBack(reason);
}

/** Offer what makes sense where the run stands; the agent refuses the rest anyway. */
export function offer(found) {
  status = found;
  const { state } = found;
  const stuck = state === "needs-operator";
  const goesOn = !ENDED.includes(state) && !stuck;
  const back = state === "failing-back" || found.asked === "abort";
  const paused = state === "paused" || found.asked === "pause";
  const final = found.steps.some((line) => line.kind === "gate" && line.name === "finalize" && line.state === "done");
  show(by("controls"), goesOn || stuck);
  show(by("pause"), goesOn && !back && !paused);
  show(by("resume"), goesOn && !back && paused);
  show(by("promote"), goesOn && !back && found.promotable);
  show(by("retry"), stuck);
  show(by("abort"), goesOn && !back && !final);
  waiting(found.waiting_for);
  leftovers(found.leftovers);
}

function waiting(found) {
  show(by("waiting"), found);
  if (!found) return;
  const { gate, what, approvers, quorum = 1, approved = [] } = found;
  say(by("waiting-title"), gate ? `Decision needed: ${spaced(gate)}` : "Waiting");
  const who = gate && approvers?.length ? ` ${approvers.join(" or ")} may decide${quorum > 1 ? `; ${quorum} must approve` : ""}.` : "";
  say(by("waiting-approved"), approved.length ? `Approved by ${approved.join(", ")}: ${approved.length} of ${quorum}.` : "");
  count(by("waiting-for"), found.since, (seconds) => `Waits for ${what}, for ${wholeSpan(seconds)}.${who}`);
  show(by("gate"), gate);
  listed(by("stakes"), stakes(found));
  say(by("waiting-next"), gate ? `What follows an approval: ${next(gate).words}.` : "");
}

/** What an approval sets going, up to the next gate: in words, and how many seconds it should take. */
function next(gate) {
  const rest = status.steps.slice(status.steps.findIndex((line) => line.kind === "gate" && line.name === gate) + 1);
  const end = rest.findIndex((line) => line.kind === "gate");
  const lines = end < 0 ? rest : rest.slice(0, end);
  const words = lines.map((line) => spaced(line.name)).join(", ") || "the end";
  return { words, seconds: lines.reduce((sum, line) => sum + (line.estimate_seconds ?? 0), 0) };
}

function leftovers(found) {
  show(by("leftovers"), found.length);
  listed(by("leftovers").querySelector("ul"), found.map(({ step, error }) => `${spaced(step)}: ${trouble(error)}`));
}

/** Sentences as a list, hidden when there is none; changed only when they differ. */
function listed(list, told) {
  show(list, told.length);
  if (list.dataset.told === told.join("\n")) return;
  list.dataset.told = told.join("\n");
  list.replaceChildren(...told.map((line) => el("li", {}, line)));
}

function decide(decision) {
  const { run, runbook_hash: hash, waiting_for: found } = status;
  const gate = found?.gate;
  if (!gate) return;
  const approve = decision === "approve";
  const open = status.exceptions?.open ?? 0;
  const { words, seconds } = next(gate);
  const follows = `Then: ${words}${seconds ? ` (about ${span(seconds)})` : ""}.`;
  ask({
    title: `${approve ? "Approve" : "Reject"} ${spaced(gate)}?`,
    text: [...(approve ? [follows, ...stakes(found)] : ["The run goes back to AWS, step by step."]), `Runbook ${hash.slice(0, 12)} of run ${run}.`],
    names: found.approvers ?? [],
    reason: !approve,
    danger: !approve,
    accept: approve && open ? `I accept the ${open} item(s) that differ between both sides.` : "",
    confirm: approve ? "Approve" : "Reject and go back",
    act: (said) => decided(gate, { decision, ...said, runbook_hash: hash, ...(approve && open ? { accept_exceptions: open } : {}) }),
  });
}

const QUESTIONS = {
  pause: { title: "Pause the run?", text: ["What runs now is finished first; nothing new begins."], confirm: "Pause" },
  resume: { title: "Resume the run?", text: ["It goes on with the next line of the runbook."], confirm: "Resume" },
  promote: {
    title: "End the watch early?", text: ["What is watched now counts as good, and the run goes on with its next line."],
    confirm: "End the watch", reason: true,
  },
  retry: { title: "Try again what was left over?", text: ["The run goes on from its record."], confirm: "Retry" },
  abort: {
    title: "Go back to AWS?",
    text: ["As soon as what runs now returns, every step is undone, last first. This cannot be taken back."],
    confirm: "Go back to AWS", danger: true, reason: true,
  },
};

function control(word) {
  const { run } = status;
  ask({ ...QUESTIONS[word], act: (said) => post(["migrations", run, word], said) });
}

/** Behind a key and behind a sign-in a gate has different doors: this one knows by itself who is signed in. */
const decided = (gate, body) => post(needsKey ? ["migrations", status.run, "approvals", gate] : ["decide", status.run, gate], body);

async function post(path, body) {
  await tell(path.map(encodeURIComponent).join("/"), body);
  after();
}
