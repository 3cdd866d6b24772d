// What changed: list prices that rose or fell in a period, the largest changes first.

import { chart } from "../charts.js";
import { alikeLine, apart, columnsOf, word } from "../columns.js";
import { el } from "../dom.js";
import { faceOf, faces } from "../faces.js";
import { finding } from "../finding.js";
import { percent, t } from "../language.js";
import { go, hashOf } from "../route.js";
import { get } from "../server.js";
import { changesOf } from "../specs.js";
import { table } from "../table.js";

const SINCE = ["7d", "30d", "90d", "1y", "5y", "20y"];
const DEFAULT = "30d";
const MOST = 100;
const SHOWN = [
  "what",
  "provider",
  "region",
  "purchase_option",
  "unit",
  "old_price",
  "new_price",
  "change_percent",
  "changed_at",
  "source",
];
const UP = "▲";
const DOWN = "▼";

export function changesView(route) {
  const form = conditions(route.params);
  const found = el("div.stack");
  const node = el(
    "div",
    {},
    el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.changes")), el("p", {}, t("changes.text"))),
    el("div.stack", {}, form.node, found),
  );
  const find = async (params, signal) => {
    const asked = { since: DEFAULT, limit: MOST, grouped: true, ...Object.fromEntries(params), view: "" };
    return listed(params, await get("v1/changes", asked, signal));
  };
  return finding({ node, form, found, params: route.params, find });
}

function conditions(params) {
  const choice = (name, values, said) =>
    el(
      "div.field",
      {},
      el("label", { for: `changes-${name}` }, t(`filter.${name}`)),
      el(
        "select",
        { id: `changes-${name}`, name },
        values.map((value) => el("option", { value }, said(value))),
      ),
    );
  const provider = choice("provider", [""], (value) => (value ? word(value) : t("filter.provider.any")));
  const form = el(
    "form.card.filters-line",
    { onchange: tell, onsubmit: (event) => event.preventDefault() || tell() },
    choice("since", SINCE, (value) => t(`since.${value}`)),
    provider,
    el(
      "div.field",
      {},
      el("label", { for: "changes-machine" }, t("filter.machine")),
      el("input", {
        id: "changes-machine",
        name: "machine",
        autocomplete: "off",
        spellcheck: "false",
        placeholder: t("filter.machine.such"),
      }),
    ),
    choice("direction", ["", "down", "up"], (value) => t(`direction.${value || "any"}`)),
    choice("min_percent", ["", "1", "5", "10", "25"], (value) =>
      value ? t("changes.least", { percent: value }) : t("changes.any"),
    ),
    choice("sort", ["", "date"], (value) => t(`changes.sort.${value || "percent"}`)),
  );

  function tell() {
    const all = Object.fromEntries(new FormData(form));
    go("changes", { ...all, since: all.since === DEFAULT ? "" : all.since, view: current.get("view") ?? "" });
  }

  let current = params;

  function set(next) {
    current = next;
    for (const control of form.elements)
      control.value = next.get(control.name) ?? (control.name === "since" ? DEFAULT : "");
  }

  get("v1/options")
    .then((known) => {
      provider.lastChild.append(
        ...known.providers.map(({ provider: value }) => el("option", { value }, word(value))),
      );
      set(params);
    })
    .catch(() => {}); // the other conditions stand without it
  set(params);
  return { node: form, set };
}

function listed(params, { rows, found, fell, rose, truncated }) {
  if (!rows.length) return el("p.card.empty", {}, t("changes.none"));
  const named = rows.map((row) => ({
    ...row,
    what: [row.instance_type ?? row.name, row.kind && word(row.kind)].filter(Boolean).join(" · "),
  }));
  const counts = [
    t("changes.found", { count: found }),
    t("changes.counts", { fell, rose }),
    truncated && t("changes.cut", { count: rows.length }),
  ];
  const head = el(
    "div.row.apart",
    {},
    el("p", { role: "status" }, counts.filter(Boolean).join(" ")),
    faces("changes", params),
  );
  return [head, faceOf(params) === "chart" ? picture(named) : listing(named)];
}

function picture(rows) {
  const drawn = rows.filter((row) => row.change_percent !== null && row.change_percent !== undefined);
  return el(
    "section.card",
    {},
    chart(
      { ...changesOf(drawn), title: t("changes.chart") },
      { onpick: ({ id }) => id && go("prices", {}, id) },
    ),
  );
}

function listing(rows) {
  const every = columnsOf(SHOWN, rows, {
    what: { show: (row) => el("a", { href: hashOf("prices", {}, row.price_id) }, row.what) },
    region: {
      show: (row) =>
        row.regions > 1 ? t("changes.regions", { region: row.region, count: row.regions - 1 }) : row.region,
    },
    change_percent: { show: moved, class: "strong" },
  });
  const [columns, alike] = apart(every, rows);
  return el(
    "div.rows",
    {},
    table({ caption: t("changes.caption"), columns, rows }).node,
    alikeLine(alike, rows),
  );
}

function moved({ change_percent: change }) {
  if (change === null || change === undefined) return "";
  const rose = Number(change) > 0;
  return el(
    rose ? "span.up" : "span.down",
    {},
    el("span", { "aria-hidden": "true" }, rose ? UP : DOWN),
    ` ${percent(change)}`,
  );
}
