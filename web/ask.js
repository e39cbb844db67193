// One question at a time, in a dialog: what will be done, who says so, and why. The browser keeps the focus inside it.
import { needsKey, Refused } from "./agent.js";
import { el, say } from "./dom.js";

const NAME = "dayzero-name";
let open = null;

/**
 * Ask, and do it when it is confirmed; the dialog stays when it is refused, and says why.
 *
 * title, text: what will be done. names: who may (any name when empty). reason: whether one must be given. confirm: words on the
 * button. danger: whether it cannot be taken back. accept: what must be ticked, if anything. act: is given `{by, reason}`.
 */
export function ask({ title, text, names = [], reason = false, confirm, danger = false, accept = "", act }) {
  const kept = sessionStorage.getItem(NAME) ?? "";
  const name = el("input", { id: "by", required: needsKey ? "" : null, maxlength: 200, autocomplete: "name", list: "names" });
  name.value = !names.length || names.includes(kept) ? kept : "";
  const why = el("textarea", { id: "reason", rows: 2, maxlength: 500, required: reason ? "" : null });
  const tick = accept ? el("label", { class: "tick" }, el("input", { type: "checkbox", required: "" }), accept) : null;
  const wrong = el("p", { class: "wrong", role: "alert" });
  const yes = el("button", { class: danger ? "danger" : "main", type: "submit", id: "confirm" }, confirm);
  const no = el("button", { type: "button" }, "Cancel");
  const form = el("form", {},
    el("h2", { id: "ask-title" }, title), ...text.map((line) => el("p", {}, line)),
    el("label", { for: "by" }, needsKey ? "Your name" : "Your name (or whoever is signed in)"), name, el("datalist", { id: "names" }, ...names.map((one) => el("option", { value: one }))),
    el("label", { for: "reason" }, reason ? "Reason" : "Reason (optional)"), why, tick, wrong,
    el("div", { class: "buttons" }, no, yes));
  const dialog = el("dialog", { "aria-labelledby": "ask-title" }, form);
  no.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    open = null;
    dialog.remove();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (yes.disabled) return;
    yes.disabled = true;
    say(wrong, "");
    try {
      const said = { by: name.value.trim(), reason: why.value.trim() };
      sessionStorage.setItem(NAME, said.by);
      await act(said);
      dialog.close();
    } catch (error) {
      say(wrong, error instanceof Refused ? error.words : `Defect in this page: ${error.message}`);
      yes.disabled = false;
    }
  });
  document.body.append(dialog);
  open = { dialog, yes, wrong };
  dialog.showModal();
}

/** While the agent is lost nothing can be confirmed. */
export function holdBack(reason) {
  if (!open) return;
  if (reason && !open.yes.disabled) open.yes.dataset.held = "yes";
  if (reason) open.yes.disabled = true;
  else if (open.yes.dataset.held) {
    open.yes.disabled = false;
    delete open.yes.dataset.held;
  }
}
