// One price: what it is of, what it is the sum of, how it went, and where it is from.

import { chart } from "../charts.js";
import { amount, columnsOf, labelOf, word } from "../columns.js";
import { copy, el, outward, replace } from "../dom.js";
import { ago, countryName, day, has, moment, t } from "../language.js";
import { hashOf } from "../route.js";
import { fileClick, get, isStop, reportOf } from "../server.js";
import { historyOf } from "../specs.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const MACHINE = [
  "family",
  "vcpus",
  "memory_gib",
  "architecture",
  "accelerator",
  "accelerator_count",
  "accelerator_memory_gib",
  "local_storage_gb",
  "city",
  "country",
];
const BOUGHT = [
  "provider",
  "service",
  "category",
  "region",
  "zone",
  "operating_system",
  "tenancy",
  "purchase_option",
  "term_months",
  "payment",
  "offering_class",
  "price_type",
  "tier_from",
  "tier_to",
  "sku_id",
  "unit_raw",
];
const HOW = ["operating_system", "tenancy", "purchase_option"];
const STEPS = ["valid_from", "valid_to", "price", "upfront", "change_percent", "as_of", "source"];
const HOURS = 730; // of a month, as everywhere in this product

export function priceView(route) {
  const node = el("div.stack", {}, el("h1", { tabindex: "-1" }, t("price.title")), waiting());
  let stopping = new AbortController();
  let title = t("price.title");

  async function load(id) {
    stopping.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    const path = `v1/prices/${encodeURIComponent(id)}`;
    try {
      const [told, history] = await Promise.all([get(path, {}, signal), get(`${path}/history`, {}, signal)]);
      title = told.price.instance_type ?? told.price.name;
      replace(node, page(told, history, await machine(told.price, signal)));
      document.dispatchEvent(new Event("title"));
      node.querySelector("h1").focus({ preventScroll: true });
    } catch (error) {
      if (!isStop(error))
        replace(
          node,
          el("h1", { tabindex: "-1" }, t("price.title")),
          trouble(error, () => load(id)),
        );
    }
  }

  load(route.id);
  return { node, title: () => title, close: () => stopping.abort(), update: (next) => load(next.id) };
}

/** The offer of this price, which knows the machine; other prices have none. */
async function machine(price, signal) {
  if (!price.instance_type) return null;
  const { instance_type: name, region, provider, purchase_option, tenancy, operating_system: os } = price;
  const own = price.price_type === "contracted";
  try {
    const found = await get(
      "v1/offers",
      { machine: name, place: region, provider, purchase_option, tenancy, os, own, limit: 100 },
      signal,
    );
    return found.rows.find((row) => row.price_id === price.price_id) ?? null;
  } catch (error) {
    if (isStop(error)) throw error;
    return null;
  }
}

function page(told, history, offer) {
  const { price } = told;
  const where = [word(price.provider), price.region, offer?.region_name].filter(Boolean).join(" · ");
  const how = HOW.map((name) => price[name])
    .filter(Boolean)
    .map(word)
    .join(", ");
  const name = price.instance_type ?? price.name;
  return [
    el("div.intro", {}, el("h1", { tabindex: "-1" }, name), el("p", {}, where, how && ` · ${how}`)),
    el("section.card.stack", { "aria-label": t("price.now") }, headline(price, offer), parts(told)),
    el("section.card.stack", {}, el("h2", {}, t("price.history")), past(price, history)),
    offer &&
      el("section.card.stack", {}, el("h2", {}, t("price.machine")), facts(MACHINE, offer), others(price)),
    el("section.card.stack", {}, el("h2", {}, t("price.what")), facts(BOUGHT, price)),
    el("section.card.stack", {}, el("h2", {}, t("price.from")), origin(told)),
  ];
}

const unit = (name) => (has(`unit.${name}`) ? t(`unit.${name}`) : word(name));

function headline(price, offer) {
  const month =
    offer?.price_month ?? (price.unit === "hour" ? String(Number(price.price_effective) * HOURS) : null);
  return el(
    "div.headline",
    {},
    el(
      "span",
      {},
      el("span.figure", {}, amount(price.price_effective, price.currency)),
      " ",
      el("span.unit", {}, t("price.per", { unit: unit(price.unit) })),
    ),
    month &&
      el(
        "span.second",
        {},
        amount(Number(month).toFixed(2), price.currency),
        " ",
        el("span.unit", {}, t("price.month")),
      ),
    Number(price.upfront) > 0 &&
      el(
        "span.second",
        {},
        amount(price.upfront, price.currency),
        " ",
        el("span.unit", {}, t("price.upfront")),
      ),
    offer?.stale && el("span.tag.warn", {}, t("stale")),
    price.valid_to && el("span.tag.bad", {}, t("price.ended", { day: day(price.valid_to) })),
  );
}

/** The parts of a price that is a sum, with what each adds. */
function parts({ components, price }) {
  if (!components?.length) return null;
  const rows = components.map((one) => ({
    ...one,
    adds: String(Number((Number(one.rate) * Number(one.quantity)).toFixed(10))),
    currency: price.currency,
  }));
  const adds = { kind: "money", class: "strong" };
  const columns = columnsOf(["sku", "quantity", "unit", "rate", "adds"], rows, { adds }, true);
  const caption = t("price.parts");
  return el(
    "div.stack",
    {},
    el("h2", {}, caption),
    table({ caption, columns, rows, sortable: () => false }).node,
  );
}

function past(price, { rows: steps }) {
  if (!steps.length) return el("p.quiet", {}, t("price.no_history"));
  const until = { always: true, show: (step) => (step.valid_to ? day(step.valid_to) : t("price.still")) };
  const columns = columnsOf(STEPS, steps, { valid_to: until }, true);
  const caption = t("price.steps", { count: steps.length });
  return [
    chart(historyOf(steps, `${price.currency} / ${unit(price.unit)}`)),
    steps.length === 1 && el("p.quiet", {}, t("price.unchanged", { day: day(steps[0].valid_from) })),
    table({ caption, columns, rows: [...steps].reverse() }).node,
  ];
}

const others = ({ instance_type: name, operating_system: os, purchase_option }) => {
  const href = hashOf("offers", {
    machine: name,
    os: os === "linux" ? "" : os,
    purchase_option: purchase_option === "on_demand" ? "" : purchase_option,
  });
  return el("p", {}, el("a", { href }, t("price.elsewhere", { machine: name })));
};

function origin({ price, source, batch, snapshot }) {
  const id = price.price_id;
  const button = el(
    "button.bare",
    { type: "button", onclick: (event) => copy(id, event.currentTarget, t("copied")) },
    t("copy"),
  );
  const page = {
    href: reportOf(snapshot, batch.batch_id),
    target: "_blank",
    onclick: fileClick(`${batch.batch_id}.html`),
  };
  const shown = [
    ["source", el("a", { href: hashOf("sources") }, source.title ?? source.source)],
    ["source_url", price.source_url && outward(price.source_url)],
    ["licence", [outward(source.homepage, source.licence)]],
    ["as_of", `${day(price.as_of)} (${ago(price.as_of)})`],
    ["observed_at", moment(price.observed_at)],
    ["confirmed_at", price.confirmed_at && moment(price.confirmed_at)],
    ["verdict", [word(batch.verdict), " · ", el("a", page, t("snapshot.report"))]],
    ["first_snapshot", batch.first_snapshot],
    ["snapshot", el("a", { href: hashOf("snapshot", {}, snapshot) }, snapshot)],
    ["price_id", [el("code", {}, id), " ", button]],
  ];
  return pairs(shown.filter(([, value]) => value).map(([name, value]) => [labelOf(name), value]));
}

function facts(names, row) {
  const shown = columnsOf(names, [row], { country: { show: ({ country }) => countryName(country) } });
  return pairs(shown.map((column) => [column.label, column.show(row)]));
}

const pairs = (all) =>
  el(
    "dl.facts",
    {},
    all.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
  );
