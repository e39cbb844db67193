// What both pages have in common: they look, ask for a key when one is wanted, and say so when they have lost the agent.
import { key, needsKey, Refused } from "./agent.js";
import { by, mark, say } from "./dom.js";
import { Poll } from "./poll.js";
import { askForKey } from "./sign.js";
import { wholeSpan } from "./words.js";

/**
 * Keep the page live.
 *
 * `look` asks and shows, and resolves to whether anything was new. `lost(reason)` is told with a text when what is shown is not
 * to be acted on, with "" when it is again. `tick` is called each second.
 */
export function live({ look, lost, tick }) {
  const poll = new Poll(
    async () => {
      if (needsKey && !key.get()) await askForKey();
      try {
        return await look();
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 401) throw error;
        key.drop();
        if (needsKey) await askForKey(error.message);
        else throw new Refused(401, error.title, "You are not signed in any more.", "Load the page again.");
        poll.now();
        return true;
      }
    },
    (state) => {
      const reason = lostWords(state);
      say(by("banner"), reason);
      say(by("age"), state.age === null ? "" : reason ? "not live" : "live");
      mark(document.body, "data-lost", reason ? "yes" : null);
      lost(reason);
      if (state.age !== null) tick();
    },
  );
  say(by("zone"), `Times in ${zone()} ·`);
  poll.now();
  return poll;
}

/** Whose time of day the page tells, as people of several zones look at the same run. */
function zone() {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(new Date());
  return parts.find((part) => part.type === "timeZoneName").value;
}

function lostWords({ lost, age }) {
  if (!lost) return "";
  const shown = age === null ? "Nothing is shown yet." : `What you see is ${wholeSpan(age / 1000)} old, and nothing can be done from here.`;
  if (!(lost instanceof Refused)) return lost instanceof Error ? `Defect in this page: ${lost.message} ${shown}` : `No news. ${shown}`;
  if (lost.status === 0) return `Connection lost; trying again. ${shown}`;
  return lost.passing ? `${lost.words} Trying again. ${shown}` : lost.words;
}
