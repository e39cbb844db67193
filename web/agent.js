// Asking the agent's doors. Lives here: the key, ETags, and what an answer means. Never here: what is shown.
//
// The key is asked for once and kept in this tab's session storage only; it goes out as a header, never in an address.
const KEY = "dayzero-key";
const PATIENCE = 10_000;
export const needsKey = document.querySelector('meta[name="dayzero-sign-in"]').content !== "app-service";
const DOORS = needsKey ? "/api/" : "/api/signed-in/";

/** An answer that is no success. `status` is 0 when there was none. */
export class Refused extends Error {
  constructor(status, title, detail, mend) {
    super(detail);
    Object.assign(this, { status, title, mend });
  }

  /** Whether it may pass by itself. */
  get passing() {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }

  get words() {
    return [this.message, this.mend].filter(Boolean).join(" ");
  }
}

export const key = {
  get: () => sessionStorage.getItem(KEY),
  keep: (value) => sessionStorage.setItem(KEY, value),
  drop: () => sessionStorage.removeItem(KEY),
};

let ahead = null;

/** The agent's time in milliseconds, from the `Date` of its answers: this device's clock may be wrong. */
export const now = () => Date.now() + (ahead ?? 0);

function listen(answer) {
  const told = Date.parse(answer.headers.get("date") ?? "");
  if (Number.isNaN(told)) return;
  const found = told + 500 - Date.now(); // the header has whole seconds
  if (ahead === null || Math.abs(found - ahead) > 1500) ahead = found;
}

async function send(path, options = {}) {
  const headers = { accept: "application/json", ...options.headers };
  if (needsKey && key.get()) headers["x-functions-key"] = key.get();
  let answer;
  try {
    answer = await fetch(path.startsWith("decide/") ? `/api/${path}` : DOORS + path, {
      ...options, headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    throw new Refused(0, "No answer", `The agent does not answer (${error.name}).`, "");
  }
  listen(answer);
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  const plain = answer.status === 401 ? "The agent does not take this key." : `The agent answered ${answer.status}.`;
  throw new Refused(answer.status, problem.title ?? "Refused", problem.detail ?? plain, problem.mend ?? "");
}

/** A document that is asked for again and again: `look()` gives it, or null when it has not changed since. */
export class Watched {
  #path;
  #etag = null;

  constructor(path) {
    this.#path = path;
  }

  async look() {
    const answer = await send(this.#path, { headers: this.#etag ? { "If-None-Match": this.#etag } : {} });
    if (answer.status === 304) return null;
    const document = await answer.json();
    this.#etag = answer.headers.get("etag");
    return document;
  }
}

/** Say something to a door. */
export async function tell(path, body) {
  const answer = await send(path, {
    method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" },
  });
  return answer.json();
}

/** A document as text. */
export const text = async (path) => (await send(path)).text();
