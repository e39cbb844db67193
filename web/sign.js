// Asking for the function key, once a tab. Behind App Service authentication no key is asked for.
import { key } from "./agent.js";
import { el, say } from "./dom.js";

let open = null;

/** Ask for the key; resolves when one was given. `why` says what was wrong with the last one. */
export function askForKey(why = "") {
  open ??= new Promise((given) => {
    const field = el("input", { id: "key", type: "password", autocomplete: "off", required: "", spellcheck: "false" });
    const wrong = el("p", { class: "wrong", role: "alert" });
    const form = el("form", {},
      el("h2", { id: "key-title" }, "Key of the agent"),
      el("p", {}, "A function key opens the agent's doors. It is kept in this tab until you close it, and nowhere else."),
      el("label", { for: "key" }, "Function key"), field, wrong,
      el("div", { class: "buttons" }, el("button", { class: "main", type: "submit" }, "Open")));
    const dialog = el("dialog", { id: "key-dialog", "aria-labelledby": "key-title" }, form);
    dialog.addEventListener("close", () => open && dialog.showModal()); // there is nothing behind it to go back to
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      key.keep(field.value.trim());
      open = null;
      dialog.close();
      dialog.remove();
      given();
    });
    document.body.append(dialog);
    dialog.showModal();
    say(wrong, why);
  });
  return open;
}
