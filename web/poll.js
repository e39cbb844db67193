// Looking again and again. Lives here: when to look, and when what is shown is too old to be trusted.
const QUICK = 1000;
const SLOW = 4000;
const HIDDEN = 20_000;
const FAILED = 10_000;
const OLD = 15_000;

/**
 * Calls `look` now and then; it resolves to whether anything was new, and rejects when there was no good answer.
 * Soon after a change, less often when all is quiet, seldom while the page is hidden, with patience after failures.
 * `tick(state)` is called each second and at each change, with `lost` (an error, or true when it is just too old) and
 * `age` (milliseconds since the last good answer, null before the first).
 */
export class Poll {
  #look;
  #tick;
  #timer = null;
  #wait = QUICK;
  #good = null;
  #lost = null;
  #busy = false;
  #again = false;
  #stopped = false;

  constructor(look, tick) {
    this.#look = look;
    this.#tick = tick;
    setInterval(() => this.#tell(), 1000);
    document.addEventListener("visibilitychange", () => document.hidden || this.now());
    addEventListener("online", () => this.now());
  }

  /** Look at once. */
  now() {
    this.#stopped = false;
    clearTimeout(this.#timer);
    if (this.#busy) this.#again = true;
    else this.#go();
  }

  /** Look no more until `now` is called: what is shown will not change, or somebody has to do something first. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #go() {
    this.#busy = true;
    try {
      const changed = await this.#look();
      this.#wait = changed ? QUICK : Math.min(SLOW, this.#wait * 1.3);
      this.#good = Date.now();
      this.#lost = null;
    } catch (error) {
      this.#wait = this.#lost ? Math.min(FAILED, this.#wait * 2) : QUICK;
      this.#lost = error;
    }
    this.#busy = false;
    this.#tell();
    if (this.#again) {
      this.#again = false;
      this.now();
      return;
    }
    if (this.#stopped) return;
    const wait = document.hidden ? HIDDEN : this.#wait;
    this.#timer = setTimeout(() => this.#go(), wait * (0.85 + 0.3 * Math.random())); // not all dashboards at once
  }

  #tell() {
    const age = this.#good === null ? null : Date.now() - this.#good;
    const old = age !== null && age > OLD && !document.hidden && !this.#stopped;
    this.#tick({ lost: this.#lost ?? old, age });
  }
}
