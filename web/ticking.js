// Times that go on by themselves between two answers of the agent. Lives here: the seconds. Never here: what they mean.
import { now } from "./agent.js";
import { mark, say } from "./dom.js";
import { span, wholeSpan } from "./words.js";

/** Let an element count from a moment (ISO 8601); `words` makes its text of the seconds. A null moment lets it rest. */
export function count(element, since, words = wholeSpan) {
  counted.delete(element);
  if (since) counted.set(element, { since: Date.parse(since), words });
}

/** Show how long something that is over took, against its estimate. */
export function took(element, seconds, estimate) {
  count(element, null);
  say(element, [span(seconds), estimate ? `of about ${span(estimate)}` : ""].filter(Boolean).join(" "));
  mark(element, "class", "took");
}

/** Let an element count what is at work, against its estimate. */
export function taking(element, since, estimate) {
  count(element, since, (seconds) => {
    const over = estimate && seconds > estimate;
    mark(element, "class", over ? "took over" : "took");
    if (!estimate) return wholeSpan(seconds);
    return over ? `${wholeSpan(seconds)}, over its ${span(estimate)}` : `${wholeSpan(seconds)} of about ${span(estimate)}`;
  });
}

const counted = new Map();

/** Show all times as they are at this moment. */
export function tick() {
  for (const [element, { since, words }] of counted) {
    if (element.isConnected) say(element, words(Math.max(0, (now() - since) / 1000)));
    else counted.delete(element);
  }
}
