// Sources: how fresh each feed's prices are, what was refused of them, and under which licence they are used.

import { columnsOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { number, t } from "../language.js";
import { get, isStop } from "../server.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const HELD = [
  "title",
  "providers",
  "state",
  "as_of",
  "age_days",
  "prices",
  "quarantined",
  "licence",
  "due_at",
];
const OTHERS = ["title", "source", "state", "schedule", "licence", "missing"];

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
  const intro = el(
    "div.intro",
    {},
    el("h1", { tabindex: "-1" }, t("nav.sources")),
    el("p", {}, t("sources.text")),
  );
  return { node: el("div", {}, intro, found), close: () => stopping.abort() };
}

function listed({ rows }) {
  const held = rows.filter((row) => row.prices).sort((a, b) => b.prices - a.prices);
  const others = rows.filter((row) => !row.prices);
  const prices = held.reduce((sum, row) => sum + row.prices, 0);
  const sources = new Set(held.map((row) => row.source)).size;
  return [
    el("p", { role: "status" }, t("sources.count", { count: sources, prices: number(prices) })),
    section(t("sources.held"), HELD, held),
    others.length > 0 && section(t("sources.others"), OTHERS, others),
  ];
}

function section(caption, names, rows) {
  const columns = columnsOf(names, rows, {
    state: {
      show: (row) =>
        el(`span.tag.${row.stale ? "warn" : row.state === "fresh" ? "good" : "none"}`, {}, word(row.state)),
    },
    title: { class: "wrap" },
    providers: { show: (row) => providers(row.providers) },
  });
  return el("section.rows", {}, el("h2", {}, caption), table({ caption, columns, rows }).node);
}

/** Their names, or `47 providers`. */
const providers = (text) => {
  const count = /^(\d+) providers$/.exec(text ?? "");
  return count
    ? t("sources.providers", { count: Number(count[1]) })
    : (text ?? "").split(", ").map(word).join(", ");
};
