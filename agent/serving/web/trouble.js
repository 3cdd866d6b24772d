// What is shown instead of a view's content: that it is on its way, or what is wrong and what to do next.

import { el } from "./dom.js";
import { t } from "./language.js";

export const waiting = () => el("p.waiting", { role: "status" }, t("waiting"));

export function trouble(error, again) {
  const said = error.status === 0 ? t("trouble.offline") : error.message;
  const known = { 401: "trouble.key", 403: "trouble.scope", 429: "trouble.busy", 503: "trouble.busy" }[
    error.status
  ];
  return el(
    "div.notice",
    { role: "alert" },
    el("strong", {}, said),
    known && el("p", {}, t(known)),
    error.hint && el("p", {}, error.hint),
    error.id && el("p.quiet.small", {}, t("trouble.id", { id: error.id })),
    again &&
      !(error.status >= 400 && error.status < 429) &&
      el("div.row", {}, el("button", { type: "button", onclick: again }, t("trouble.again"))),
  );
}
