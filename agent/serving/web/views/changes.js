// What changed: list prices that rose or fell in a period, the largest changes first.

import { chart } from "../charts.js";
import { columnsOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { percent, t } from "../language.js";
import { go, hashOf } from "../route.js";
import { get, isStop } from "../server.js";
import { changesOf } from "../specs.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const SINCE = ["7d", "30d", "90d", "1y", "5y", "20y"];
const DEFAULT = "30d";
const SHOWN = ["what", "provider", "region", "purchase_option", "old_price", "new_price", "change_percent", "changed_at", "source"];
const UP = "▲";
const DOWN = "▼";

export function changesView(route) {
  const form = conditions(route.params);
  const found = el("div.stack");
  const node = el("div", {}, el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.changes")), el("p", {}, t("changes.text"))), el("div.stack", {}, form.node, found));
  let stopping = new AbortController();

  async function load(params) {
    stopping.abort();
    stopping = new AbortController();
    replace(found, waiting());
    const asked = { since: DEFAULT, limit: 200, ...Object.fromEntries(params) };
    try {
      replace(found, listed(await get("v1/changes", asked, stopping.signal)));
    } catch (error) {
      if (!isStop(error)) replace(found, trouble(error, () => load(params)));
    }
  }

  load(route.params);
  return {
    node,
    close: () => stopping.abort(),
    update: (next) => {
      form.set(next.params);
      load(next.params);
    },
  };
}

function conditions(params) {
  const choice = (name, values, said) =>
    el("div.field", {}, el("label", { for: `changes-${name}` }, t(`filter.${name}`)), el("select", { id: `changes-${name}`, name }, values.map((value) => el("option", { value }, said(value)))));
  const provider = choice("provider", [""], (value) => (value ? word(value) : t("filter.provider.any")));
  const form = el(
    "form.card.filters-line",
    { onchange: tell, onsubmit: (event) => event.preventDefault() },
    choice("since", SINCE, (value) => t(`since.${value}`)),
    provider,
    choice("direction", ["", "down", "up"], (value) => t(`direction.${value || "any"}`)),
    choice("min_percent", ["", "1", "5", "10", "25"], (value) => (value ? t("changes.least", { percent: value }) : t("changes.any"))),
    choice("sort", ["", "date"], (value) => t(`changes.sort.${value || "percent"}`)),
  );

  function tell() {
    const all = Object.fromEntries(new FormData(form));
    go("changes", { ...all, since: all.since === DEFAULT ? "" : all.since });
  }

  function set(next) {
    for (const control of form.elements) control.value = next.get(control.name) ?? (control.name === "since" ? DEFAULT : "");
  }

  get("v1/options")
    .then((known) => {
      provider.lastChild.append(...(known.provider ?? []).map((value) => el("option", { value }, word(value))));
      set(params);
    })
    .catch(() => {}); // the other conditions stand without it
  set(params);
  return { node: form, set };
}

function listed({ rows, figures = {}, found }) {
  if (!rows.length) return el("p.card.empty", {}, t("changes.none"));
  const named = rows.map((row) => ({ ...row, what: row.instance_type ?? row.name }));
  const columns = columnsOf(SHOWN, named, {
    what: { show: (row) => el("a", { href: hashOf("prices", {}, row.price_id) }, row.what) },
    change_percent: { show: moved, class: "strong" },
  });
  const counts = [t("changes.found", { count: found ?? figures.found ?? rows.length }), figures.rose !== undefined && t("changes.counts", figures)];
  const drawn = named.filter((row) => row.change_percent !== null && row.change_percent !== undefined);
  return [
    el("p", { role: "status" }, counts.filter(Boolean).join(" ")),
    table({ caption: t("changes.caption"), columns, rows: named }).node,
    drawn.length > 1 && el("details.card", { open: true }, el("summary", {}, t("changes.chart")), chart(changesOf(drawn), { onpick: ({ id }) => id && go("prices", {}, id) })),
  ];
}

function moved({ change_percent: change }) {
  if (change === null || change === undefined) return "";
  const rose = Number(change) > 0;
  return el(rose ? "span.up" : "span.down", {}, el("span", { "aria-hidden": "true" }, rose ? UP : DOWN), ` ${percent(change)}`);
}
