// Asks for an API key when the server wants one. It is kept for this tab only.

import { el } from "./dom.js";
import { keepSecret } from "./kept.js";
import { t } from "./language.js";

let asking = null;

/** Whether a key was given; requests that wait at the same time share one dialog. */
export function askForKey(refused) {
  asking ??= new Promise((given) => {
    const field = el("input", {
      type: "password",
      id: "key",
      required: true,
      autocomplete: "off",
      spellcheck: "false",
    });
    const dialog = el(
      "dialog.key",
      { "aria-labelledby": "key-title" },
      el(
        "form",
        { method: "dialog" },
        el("h2", { id: "key-title" }, t("key.title")),
        el("p", {}, t("key.text")),
        refused && el("p.wrong", { role: "alert" }, t("key.refused"), " ", refused),
        el("label", { for: "key" }, t("key.label")),
        field,
        el("p.quiet", {}, t("key.kept")),
        el(
          "div.row.end",
          {},
          el("button", { type: "button", onclick: () => dialog.close() }, t("key.cancel")),
          el("button.primary", { value: "given" }, t("key.use")),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      const value = dialog.returnValue === "given" ? field.value.trim() : "";
      if (value) keepSecret("key", value);
      dialog.remove();
      asking = null;
      given(Boolean(value));
    });
    document.body.append(dialog);
    dialog.showModal();
    field.focus();
  });
  return asking;
}
