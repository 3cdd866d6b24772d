// One price: what it is of, what it is the sum of, how it went, and where it is from.

import { chart } from "../charts.js";
import { amount, columnsOf, labelOf, word } from "../columns.js";
import { copy, el, outward, replace } from "../dom.js";
import { ago, day, moment, number, t } from "../language.js";
import { hashOf } from "../route.js";
import { get, isStop } from "../server.js";
import { historyOf } from "../specs.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const MACHINE = ["family", "vcpus", "memory_gib", "architecture", "accelerator", "accelerator_count", "accelerator_memory_gib", "local_storage_gb"];
const BOUGHT = ["provider", "service", "category", "region", "zone", "operating_system", "tenancy", "purchase_option", "term_months", "payment", "offering_class", "price_type", "tier_from", "tier_to"];
const HOW = ["operating_system", "tenancy", "purchase_option"];
const STEPS = ["valid_from", "valid_to", "price", "upfront", "change_percent", "source", "observed_at"];

export function priceView(route) {
  const node = el("div.stack", {}, el("h1", { tabindex: "-1" }, t("price.title")), waiting());
  const stopping = new AbortController();
  let title = t("price.title");

  async function load() {
    const path = `v1/prices/${encodeURIComponent(route.id)}`;
    try {
      const [price, history] = await Promise.all([get(path, {}, stopping.signal), get(`${path}/history`, {}, stopping.signal)]);
      const row = price.price ?? price.rows?.[0] ?? price;
      title = row.instance_type ?? row.name;
      replace(node, page(row, history, price.snapshot));
      document.dispatchEvent(new Event("title"));
      node.querySelector("h1").focus({ preventScroll: true });
    } catch (error) {
      if (!isStop(error)) replace(node, el("h1", { tabindex: "-1" }, t("price.title")), trouble(error, load));
    }
  }

  load();
  return { node, title: () => title, close: () => stopping.abort(), update: null };
}

function page(row, history, snapshot) {
  const where = [word(row.provider), row.region, row.region_name].filter(Boolean).join(" · ");
  const how = HOW.map((name) => row[name]).filter(Boolean).map(word).join(", ");
  return [
    el("div.intro", {}, el("h1", { tabindex: "-1" }, row.instance_type ?? row.name), el("p", {}, where, how && ` · ${how}`)),
    el("section.card.stack", { "aria-label": t("price.now") }, headline(row), parts(row)),
    el("section.card.stack", {}, el("h2", {}, t("price.history")), past(row, history)),
    el("section.card.stack", {}, el("h2", {}, t("price.from")), origin(row, snapshot)),
    el("section.card.stack", {}, el("h2", {}, t("price.what")), facts([...BOUGHT, ...MACHINE], row)),
  ];
}

const unitOf = (row) => (row.price_hour !== undefined ? "hour" : row.unit);
const per = (row) => t("price.per", { unit: t(`unit.${unitOf(row)}`) });

function headline(row) {
  const price = row.price_hour ?? row.price;
  return el(
    "div.headline",
    {},
    el("span", {}, el("span.figure", {}, amount(price, row.currency)), " ", el("span.unit", {}, per(row))),
    row.price_month && el("span.second", {}, amount(row.price_month, row.currency), " ", el("span.unit", {}, t("price.month"))),
    row.upfront > 0 && el("span.second", {}, amount(row.upfront, row.currency), " ", el("span.unit", {}, t("price.upfront"))),
    row.stale && el("span.tag.warn", {}, t("stale")),
    row.valid_to && el("span.tag.bad", {}, t("price.ended", { day: day(row.valid_to) })),
  );
}

/** The parts of a price that is a sum, with what each adds. */
function parts(row) {
  const all = (row.components ?? []).map((one) => ({ ...one, adds: String(Number(one.rate) * Number(one.quantity)), currency: row.currency }));
  if (!all.length) return null;
  const columns = columnsOf(["sku", "quantity", "unit", "rate", "adds"], all, { adds: { kind: "money" } });
  const caption = t("price.parts");
  return el("div.stack", {}, el("h2", {}, caption), table({ caption, columns, rows: all, sortable: () => false }).node);
}

function past(row, history) {
  const steps = history.rows ?? [];
  if (!steps.length) return el("p.quiet", {}, t("price.no_history"));
  const ordered = [...steps].sort((a, b) => String(a.valid_from).localeCompare(String(b.valid_from)));
  const unit = `${ordered[0].currency ?? row.currency}/${t(`unit.${ordered[0].unit ?? unitOf(row)}`)}`;
  const columns = columnsOf(STEPS, ordered, { valid_to: { show: (step) => (step.valid_to ? day(step.valid_to) : t("price.still")) } });
  const caption = t("price.steps", { count: steps.length });
  return [
    chart(historyOf(ordered, unit)),
    ordered.length === 1 && el("p.quiet", {}, t("price.unchanged", { day: day(ordered[0].valid_from) })),
    table({ caption, columns, rows: ordered.reverse() }).node,
  ];
}

function origin(row, snapshot) {
  const id = row.price_id;
  const button = el("button.bare", { type: "button", onclick: (event) => copy(id, event.currentTarget, t("copied")) }, t("copy"));
  const shown = [
    ["source", el("a", { href: hashOf("sources") }, row.source)],
    ["source_url", row.source_url && outward(row.source_url)],
    ["as_of", row.as_of && `${day(row.as_of)} (${ago(row.as_of)})`],
    ["observed_at", row.observed_at && moment(row.observed_at)],
    ["confirmed_at", row.confirmed_at && moment(row.confirmed_at)],
    ["valid_from", row.valid_from && day(row.valid_from)],
    ["snapshot", snapshot && el("a", { href: hashOf("snapshot") }, snapshot)],
    ["sku_id", row.sku_id],
    ["price_id", [el("code", {}, id), " ", button]],
  ];
  return pairs(shown.filter(([, value]) => value).map(([name, value]) => [labelOf(name), value]));
}

function facts(names, row) {
  const shown = columnsOf(names, [row], { term_months: { show: ({ term_months: months }) => number(months) } });
  return pairs(shown.map((column) => [column.label, column.show(row)]));
}

const pairs = (all) => el("dl.facts", {}, all.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
