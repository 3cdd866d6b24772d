// The pictures this page draws of rows, as Vega-Lite; an answer brings its own.

import { palette } from "./charts.js";
import { language, t } from "./language.js";

const MACHINES = 14; // as many lines as can be read at a glance
const money = (title) => ({
  type: "quantitative",
  title,
  axis: { tickCount: 5, domain: false, ticks: false, format: language() === "pt" ? ",.6~f" : "$,.6~f" },
});

/** A line for each machine, a dot for each place it is sold in: the spread is what one pays for the place. */
export function spreadOf(rows) {
  const machines = [...new Set(rows.map((row) => row.instance_type))].slice(0, MACHINES);
  const values = rows
    .filter((row) => machines.includes(row.instance_type))
    .map((row) => ({
      machine: row.instance_type,
      price: Number(row.price_usd_hour),
      provider: row.provider,
      region: row.region,
      place: row.place,
      option: row.purchase_option,
      id: row.price_id,
    }));
  const prices = values.map(({ price }) => price).filter((price) => price > 0);
  const wide = Math.max(...prices) > 20 * Math.min(...prices);
  const tooltip = ["machine", "region", "place", "option"].map((field) => ({
    field,
    type: "nominal",
    title: t(`column.${field}`),
  }));
  const price = {
    field: "price",
    ...money(t("column.price_usd_hour")),
    scale: wide ? { type: "log" } : { zero: false, nice: true },
  };
  return {
    title: t("offers.chart"),
    description: t("offers.chart"),
    height: { step: 24 },
    data: { values },
    encoding: {
      y: {
        field: "machine",
        type: "nominal",
        sort: machines,
        title: null,
        axis: { labelLimit: 220, domain: false, ticks: false, grid: true },
      },
    },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 3, opacity: 0.18, stroke: palette()[0] },
        encoding: { x: { ...price, aggregate: "min" }, x2: { field: "price", aggregate: "max" } },
      },
      {
        mark: { type: "point", filled: true, size: 62, opacity: 0.85, cursor: "pointer" },
        encoding: {
          x: price,
          color: {
            field: "provider",
            type: "nominal",
            title: null,
            legend: new Set(values.map((one) => one.provider)).size > 1 ? { orient: "top" } : null,
          },
          tooltip: [
            ...tooltip,
            { field: "price", type: "quantitative", title: t("column.price_usd_hour"), format: ",.6~f" },
          ],
        },
      },
    ],
  };
}

/** A price holds until the next one: steps, and a dot where it changed. */
export function historyOf(steps, unit) {
  const end = new Date().toISOString();
  const values = [];
  for (const [at, step] of steps.entries()) {
    const price = Number(step.price);
    const piece = steps.slice(0, at + 1).filter(({ follows }) => follows === "gap").length;
    values.push(
      { at: step.valid_from, price, piece, changed: at > 0 },
      { at: step.valid_to ?? end, price, piece, changed: false },
    );
  }
  const x = {
    field: "at",
    type: "temporal",
    scale: { type: "utc" },
    title: null,
    axis: { grid: false, tickCount: 8 },
  };
  const low = Math.min(...values.map(({ price }) => price));
  const near = low > 0 && Math.max(...values.map(({ price }) => price)) < 2 * low;
  const y = { field: "price", ...money(unit), scale: { zero: !near, nice: true } };
  y.axis = { ...y.axis, titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleX: 0, titleY: -10 };
  const [colour] = palette();
  const tooltip = [
    { field: "at", type: "temporal", title: t("column.valid_from"), timeUnit: "utcyearmonthdate" },
    { field: "price", type: "quantitative", title: t("column.price"), format: ",.6~f" },
  ];
  return {
    description: t("price.history"),
    height: 240,
    data: { values },
    encoding: { x, y, tooltip },
    layer: [
      {
        mark: { type: "line", interpolate: "step-after", strokeWidth: 2.4, stroke: colour },
        encoding: { detail: { field: "piece" }, order: { field: "at", type: "temporal" } },
      },
      {
        transform: [{ filter: "datum.changed" }],
        mark: { type: "point", filled: true, size: 60, opacity: 1, fill: colour },
      },
    ],
  };
}

/** The largest changes, to the left of nothing what fell and to the right what rose. */
export function changesOf(rows) {
  const values = rows.slice(0, MACHINES).map((row, at) => ({
    what: row.what,
    line: `${String(at).padStart(2, "0")} ${row.what}`,
    percent: Number(row.change_percent),
    id: row.price_id,
  }));
  const [, rose, fell] = palette();
  return {
    description: t("changes.chart"),
    height: { step: 24 },
    data: { values },
    encoding: {
      // Numbered, as several rows may be of one name; the number is not shown.
      y: {
        field: "line",
        type: "nominal",
        sort: null,
        title: null,
        axis: { labelLimit: 260, labelExpr: "slice(datum.label, 3)", domain: false, ticks: false },
      },
      x: {
        field: "percent",
        type: "quantitative",
        title: "%",
        axis: { tickCount: 6, domain: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: "bar", cornerRadius: 2, height: 13, cursor: "pointer" },
        encoding: {
          color: { condition: { test: "datum.percent > 0", value: rose }, value: fell },
          tooltip: [
            { field: "what", type: "nominal", title: t("column.instance_type") },
            { field: "percent", type: "quantitative", title: t("column.change_percent"), format: "+,.1f" },
          ],
        },
      },
    ],
  };
}
