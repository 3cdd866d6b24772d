// Offers: every machine that can be rented by the hour, by what it has, where it stands and how it is bought.

import { chart } from "../charts.js";
import { alikeLine, apart, columnsOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { faceOf, faces } from "../faces.js";
import { finding } from "../finding.js";
import { number, t } from "../language.js";
import { go, hashOf } from "../route.js";
import { address, fileClick, get, isStop } from "../server.js";
import { spreadOf } from "../specs.js";
import { table } from "../table.js";
import { trouble } from "../trouble.js";
import { filters } from "./filters.js";

const PAGE = 50;
const FORMATS = ["csv", "parquet", "json"];
const SORTS = {
  price_usd_hour: "price",
  price_usd_month: "price",
  vcpus: "vcpus",
  memory_gib: "memory",
  price_usd_gpu_hour: "price_per_gpu",
};
const SHOWN = [
  "instance_type",
  "provider",
  "region",
  "zone",
  "vcpus",
  "memory_gib",
  "gpu",
  "purchase_option",
  "term_months",
  "payment",
  "operating_system",
  "price_usd_hour",
  "price_hour_in",
  "price_usd_gpu_hour",
  "price_usd_month",
  "price_month_in",
  "as_of",
];

export function offersView(route) {
  const form = filters(route.params, (chosen) => go("offers", chosen));
  const found = el("div.stack");
  const node = el(
    "div",
    {},
    el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.offers")), el("p", {}, t("offers.text"))),
    el("div.explorer", {}, el("aside.card", { "aria-label": t("offers.filters") }, form.node), found),
  );
  const find = async (params, signal) =>
    listed(params, await get("v1/offers", asked(params, { limit: PAGE }), signal), signal);
  return finding({ node, form, found, params: route.params, find });
}

/** The parameters of an address with others in their place. */
function linked(params, more) {
  const all = {};
  for (const name of params.keys()) all[name] = params.getAll(name);
  return { ...all, ...more };
}

/** As the server takes them: how they are shown is none of its business. */
const asked = (params, more) => linked(params, { ...more, view: "" });

function listed(params, first, signal) {
  if (!first.rows.length) return el("p.card.empty", {}, t("offers.none"));
  const rows = first.rows.map(readable);
  const count = el("p", { role: "status" }, counted(rows.length, first));
  const more = el("div.row");
  const shown = faceOf(params) === "chart" ? picture(rows) : listing(params, rows);

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
      shown.add(added);
      replace(count, counted(rows.length, first));
      next(page);
      more.querySelector("button")?.focus({ preventScroll: true });
    } catch (error) {
      if (!isStop(error))
        replace(
          more,
          trouble(error, () => add(cursor, button)),
        );
    }
  }

  next(first);
  return [
    el("div.row.apart", {}, count, el("div.row", {}, faces("offers", params), exports(params))),
    shown.node,
    more,
  ];
}

function listing(params, rows) {
  const [columns, alike] = apart(columnsOfOffers(rows), rows);
  const made = table({
    caption: t("offers.caption"),
    columns,
    rows,
    sorted: sortedBy(params.get("sort") ?? "price"),
    sortable: ({ name }) => name in SORTS,
    onsort: (order) =>
      go(
        "offers",
        linked(params, { sort: order.replace(/^(-?)(.*)$/, (_, sign, name) => sign + SORTS[name]) }),
      ),
  });
  const node = el("div.rows", {}, made.node, el("div", {}, alikeLine(alike, rows)));
  return {
    node,
    add: (added) => {
      const [now] = apart(columnsOfOffers(rows), rows);
      if (now.length === columns.length) return made.add(added);
      // A column that was the same in every row tells rows apart now.
      return node.replaceChildren(...listing(params, rows).node.childNodes);
    },
  };
}

function picture(rows) {
  const node = el("section.card", {});
  const draw = () => replace(node, spread(rows));
  draw();
  return { node, add: draw };
}

const counted = (shown, { found }) =>
  shown < found ? t("offers.found", { shown, count: found }) : t("offers.all", { count: shown });

function exports(params) {
  const link = (format) => {
    const href = address("v1/offers", asked(params, { format, limit: 100_000 }));
    const name = `offers.${format}`;
    return el(
      "a.button.bare",
      {
        href,
        download: name,
        onclick: fileClick(name),
        "aria-label": t("offers.export", { format: format.toUpperCase() }),
      },
      format.toUpperCase(),
    );
  };
  return el("div.row", {}, el("span.quiet.small", {}, t("offers.save")), FORMATS.map(link));
}

/** With the GPUs in one value. */
const readable = (row) => ({
  ...row,
  place: row.city ?? row.region_name,
  gpu: row.accelerator ? `${number(Number(row.accelerator_count))} × ${row.accelerator}` : null,
});

/** On a phone what it costs comes before what it has. */
const inOrder = () =>
  matchMedia("(max-width: 40rem)").matches
    ? ["instance_type", "price_usd_hour", "price_hour_in", ...SHOWN.slice(1)]
    : SHOWN;

const columnsOfOffers = (rows) =>
  columnsOf([...new Set(inOrder())], rows, {
    price_hour_in: { label: t("offers.hour_in", { currency: rows[0].in_currency }) },
    price_month_in: { label: t("offers.month_in", { currency: rows[0].in_currency }) },
    instance_type: {
      show: (row) => el("a", { href: hashOf("prices", {}, row.price_id) }, row.instance_type),
    },
    region: { show: (row) => [row.region, row.place && el("span.quiet", {}, ` ${row.place}`)] },
    price_usd_hour: { class: "strong" },
  });

const sortedBy = (sort) => {
  const name = Object.keys(SORTS).find((one) => SORTS[one] === sort.replace(/^-/, ""));
  return name ? (sort.startsWith("-") ? "-" : "") + name : "";
};

const spread = (rows) => {
  const offers = rows.map((row) => ({
    ...row,
    provider: word(row.provider),
    purchase_option: word(row.purchase_option),
  }));
  return chart(spreadOf(offers), { onpick: ({ id }) => id && go("prices", {}, id) });
};
