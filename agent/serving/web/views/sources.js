// Sources: how fresh each feed's prices are, what was refused of them, and under which licence they are used.

import { columnsOf, word } from "../columns.js";
import { el, outward, replace } from "../dom.js";
import { number, t } from "../language.js";
import { get, isStop } from "../server.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const SHOWN = ["source", "title", "providers", "state", "as_of", "age_days", "observed_at", "prices", "quarantined", "licence", "homepage"];

export function sourcesView() {
  const found = el("div.stack", {}, waiting());
  const stopping = new AbortController();

  async function load() {
    try {
      replace(found, listed(await get("v1/sources", {}, stopping.signal)));
    } catch (error) {
      if (!isStop(error)) replace(found, trouble(error, load));
    }
  }

  load();
  const intro = el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.sources")), el("p", {}, t("sources.text")));
  return { node: el("div", {}, intro, found), close: () => stopping.abort() };
}

function listed({ rows }) {
  const named = rows.map((row) => ({ ...row, state: row.state ?? (row.stale ? "stale" : "fresh") }));
  const columns = columnsOf(SHOWN, named, {
    state: { show: (row) => el(`span.tag.${row.stale ? "warn" : row.state === "fresh" ? "good" : "none"}`, {}, word(row.state)) },
    title: { class: "wrap" },
    providers: { class: "wrap", show: (row) => providers(row.providers) },
    homepage: { show: (row) => outward(row.homepage, t("sources.home")) },
  });
  const prices = named.reduce((sum, row) => sum + Number(row.prices ?? 0), 0);
  return [
    el("p", { role: "status" }, t("sources.count", { count: rows.length, prices: number(prices) })),
    table({ caption: t("nav.sources"), columns, rows: named }).node,
  ];
}

const providers = (value) => (Array.isArray(value) ? value : String(value ?? "").split(", ")).map(word).join(", ");
