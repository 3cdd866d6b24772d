// Offers: every machine that can be rented by the hour, by what it has, where it stands and how it is bought.

import { chart } from "../charts.js";
import { columnsOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { number, t } from "../language.js";
import { go, hashOf } from "../route.js";
import { address, download, get, isStop, needsKey } from "../server.js";
import { spreadOf } from "../specs.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";
import { filters } from "./filters.js";

const PAGE = 50;
const FORMATS = ["csv", "parquet", "json"];
const SORTS = { price_usd_hour: "price", price_usd_month: "price", vcpus: "vcpus", memory_gib: "memory", price_usd_gpu_hour: "price_per_gpu" };
const SHOWN = ["instance_type", "provider", "region", "place", "vcpus", "memory_gib", "gpu", "purchase_option", "operating_system", "price_usd_hour", "price_usd_month", "price_usd_gpu_hour", "as_of"];

export function offersView(route) {
  const form = filters(route.params, (chosen) => go("offers", chosen));
  const found = el("div.stack");
  const node = el(
    "div",
    {},
    el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.offers")), el("p", {}, t("offers.text"))),
    el("div.explorer", {}, el("aside.card", { "aria-label": t("offers.filters") }, form.node), found),
  );
  let stopping = new AbortController();

  async function load(params) {
    stopping.abort();
    stopping = new AbortController();
    replace(found, waiting());
    try {
      const first = await get("v1/offers", asked(params, { limit: PAGE }), stopping.signal);
      replace(found, listed(params, first, stopping.signal));
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

/** The parameters of an address as the server takes them. */
function asked(params, more) {
  const all = {};
  for (const name of params.keys()) all[name] = params.getAll(name);
  return { ...all, ...more };
}

function listed(params, first, signal) {
  if (!first.rows.length) return el("p.card.empty", {}, t("offers.none"));
  const rows = first.rows.map(readable);
  const sort = params.get("sort") ?? "price";
  const made = table({
    caption: t("offers.caption"),
    columns: columns(rows),
    rows,
    sorted: sortedBy(sort),
    sortable: ({ name }) => name in SORTS,
    onsort: (order) => go("offers", asked(params, { sort: order.replace(/^(-?)(.*)$/, (_, sign, name) => sign + SORTS[name]) })),
  });
  const picture = el("details.card", { open: true }, el("summary", {}, t("offers.chart")), el("div"));
  const count = el("p", { role: "status" }, counted(rows.length, first));
  const more = el("div.row");
  const drawn = () => replace(picture.lastChild, spread(rows));
  drawn();

  function next(page) {
    if (!page.next) return replace(more);
    const button = el("button", { type: "button", onclick: () => add(page.next, button) }, t("offers.more"));
    return replace(more, button);
  }

  async function add(cursor, button) {
    button.disabled = true;
    try {
      const page = await get("v1/offers", asked(params, { limit: PAGE, cursor }), signal);
      const added = page.rows.map(readable);
      rows.push(...added);
      made.add(added);
      replace(count, counted(rows.length, { ...page, found: page.found ?? first.found }));
      drawn();
      next(page);
      more.querySelector("button")?.focus({ preventScroll: true });
    } catch (error) {
      if (!isStop(error)) replace(more, trouble(error, () => add(cursor, button)));
    }
  }

  next(first);
  return [el("div.row.apart", {}, count, exports(params)), made.node, more, picture];
}

const counted = (shown, { found, next }) =>
  found !== null && found !== undefined
    ? t("offers.found", { shown, count: found })
    : t(next ? "offers.shown" : "offers.all", { count: shown });

function exports(params) {
  const link = (format) => {
    const href = address("v1/offers", asked(params, { format, limit: 100_000 }));
    const name = `offers.${format}`;
    const click = (event) => {
      if (!needsKey()) return;
      event.preventDefault(); // a key goes in a header, which a link cannot send
      download(href, name);
    };
    return el("a.button.bare", { href, download: name, onclick: click, "aria-label": t("offers.export", { format: format.toUpperCase() }) }, format.toUpperCase());
  };
  return el("div.row", {}, el("span.quiet.small", {}, t("offers.save")), FORMATS.map(link));
}

/** With the place by its name, and the GPUs in one value. */
const readable = (row) => ({
  ...row,
  place: row.city ?? row.region_name,
  gpu: row.accelerator ? `${number(Number(row.accelerator_count))} × ${row.accelerator}` : null,
});

function columns(rows) {
  const link = (row) => el("a", { href: hashOf("prices", {}, row.price_id) }, row.instance_type);
  const column = { instance_type: { show: link }, price_usd_hour: { class: "strong" } };
  const all = columnsOf(SHOWN, rows, column);
  const alike = (name) => rows.length > 1 && new Set(rows.map((row) => row[name])).size === 1;
  const dull = ["operating_system", "purchase_option"].filter(alike); // the filters say it already
  return all.filter(({ name }) => !dull.includes(name));
}

const sortedBy = (sort) => {
  const name = Object.keys(SORTS).find((one) => SORTS[one] === sort.replace(/^-/, ""));
  return name ? (sort.startsWith("-") ? "-" : "") + name : "";
};

const spread = (rows) => {
  const offers = rows.map((row) => ({ ...row, provider: word(row.provider), purchase_option: word(row.purchase_option) }));
  return chart(spreadOf(offers), { onpick: ({ id }) => id && go("prices", {}, id) });
};
