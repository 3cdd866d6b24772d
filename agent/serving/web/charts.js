// Vega-Lite pictures. Vega comes from this server, the first time a chart is drawn; its expressions are
// interpreted (`ast`), so that the page needs no 'unsafe-eval', and it writes no style element.

import { el, replace } from "./dom.js";
import { language, locale, t } from "./language.js";

const NARROW = 560;
const live = new Set(); // charts on the page, drawn again in another theme
let loading = null;

function vega() {
  loading ??= new Promise((ready, failed) => {
    const source = new URL("./vega.js", import.meta.url);
    const script = el("script", {
      src: source.href,
      onload: () => ready(globalThis.vegaEmbed),
      onerror: failed,
    });
    document.head.append(script);
  });
  loading.catch(() => (loading = null));
  return loading;
}

/** The figure of a spec, drawn as soon as it is in the page; `onpick` is told the datum that is clicked. */
export function chart(spec, { onpick = null } = {}) {
  const { title, caption, bare } = apart(spec);
  // One picture with one description: the same rows are in a table, which reads better than marks do.
  const host = el("div.chart", { role: "img", "aria-label": bare.description ?? title ?? "" });
  const figure = el(
    "figure",
    {},
    title && el("figcaption", {}, title),
    host,
    caption && el("p.quiet.small", {}, caption),
  );
  const drawing = { host, bare, onpick, view: null, width: 0 };
  new ResizeObserver(([entry]) => resized(drawing, entry.contentRect.width)).observe(host);
  return figure;
}

/** Titles wrap in HTML and not in a picture, so they are taken out of it. */
function apart(spec) {
  const bare = structuredClone(spec);
  const title = typeof bare.title === "object" ? bare.title?.text : bare.title;
  delete bare.title;
  const axis = bare.encoding?.x?.axis;
  const caption = axis?.titleLimit === 0 ? axis.title : null; // where the long caption is, see chart_style.py
  if (caption) axis.title = null;
  return { title, caption, bare };
}

function resized(drawing, width) {
  if (!drawing.host.isConnected) {
    live.delete(drawing);
    return;
  }
  if (!width || Math.abs(width - drawing.width) < 2) return;
  drawing.width = width;
  live.add(drawing);
  draw(drawing);
}

async function draw(drawing) {
  const { host, bare, width, onpick } = drawing;
  try {
    const embed = await vega();
    if (drawing.width !== width) return;
    const options = {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      ast: true,
      defaultStyle: false,
      logLevel: 1, // errors: what it warns of is how a spec is written
      tooltip: { disableDefaultStyle: true },
      config: look(),
    };
    const holder = el("div");
    const made = await embed(holder, fitted(bare, width), options);
    if (drawing.width !== width) return made.finalize();
    drawing.view?.finalize();
    drawing.view = made;
    holder.querySelector("svg")?.setAttribute("aria-hidden", "true");
    replace(host, holder);
    if (onpick) made.view.addEventListener("click", (_, item) => item?.datum && onpick(item.datum));
  } catch (error) {
    console.warn(error);
    replace(host, el("p.quiet", {}, t("chart.failed")));
  }
}

document.addEventListener("theme", () => {
  for (const drawing of live) {
    if (drawing.host.isConnected) draw(drawing);
    else live.delete(drawing);
  }
});

function fitted(spec, width) {
  const narrow = width < NARROW;
  const { background, padding, config = {}, ...rest } = structuredClone(spec);
  const { axis, legend, font, ...kept } = config; // the page's own look stands in for these
  for (const part of every(rest)) {
    if (part.type === "temporal" && part.axis && language() === "pt") part.axis.format = DAY_FIRST;
    if (narrow && part.legend?.columns) part.legend.columns = 1;
    if (narrow && part.axis?.tickCount > 4) part.axis.tickCount = 4;
    if (narrow && part.axis?.labelLimit) part.axis.labelLimit = 110;
    if (Array.isArray(part.range)) part.range = part.range.map(onGround);
    if (part.mark?.color) part.mark.color = onGround(part.mark.color);
  }
  return {
    ...rest,
    config: kept,
    width,
    background: "transparent",
    padding: { left: 0, right: 6, top: 6, bottom: 6 },
    autosize: { type: "fit-x", contains: "padding" },
  };
}

const DAY_FIRST = {
  year: "%Y",
  quarter: "%b",
  month: "%b",
  week: "%d %b",
  date: "%d %b",
  hours: "%H:%M",
  minutes: "%H:%M",
};

function* every(value) {
  if (!value || typeof value !== "object") return;
  yield value;
  for (const [name, one] of Object.entries(value)) if (name !== "values") yield* every(one);
}

function look() {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(`--${name}`).trim();
  const faint = { labelColor: colour("quiet"), titleColor: colour("quiet"), titleFontWeight: "normal" };
  return {
    font: css.getPropertyValue("--text").trim(),
    axis: {
      labelFontSize: 12,
      titleFontSize: 12,
      ...faint,
      gridColor: colour("line"),
      domainColor: colour("line"),
      tickColor: colour("line"),
    },
    legend: {
      labelFontSize: 12,
      labelColor: colour("ink"),
      titleColor: colour("quiet"),
      rowPadding: 6,
      columnPadding: 18,
    },
    text: { color: colour("ink"), font: css.getPropertyValue("--text").trim() },
    view: { stroke: null },
    range: { category: palette() },
    ...(language() === "pt" ? { locale: numbers() } : {}),
  };
}

// Okabe and Ito's colours and a grey, as in chart_style.py, and what stands for each on a dark ground.
const LIGHT = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#A6761D", "#C3C9D0"];
const DARK = ["#56B4E9", "#F0883E", "#2FC298", "#E29BC4", "#8FA8FF", "#D9A441", "#4B5866"];

const onDark = () => getComputedStyle(document.documentElement).colorScheme === "dark";
export const palette = () => (onDark() ? DARK : LIGHT).slice(0, -1);
const onGround = (colour) => (onDark() ? (DARK[LIGHT.indexOf(colour)] ?? colour) : colour);

function numbers() {
  const names = (options, dates) =>
    dates.map((date) =>
      new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(date).replace(/\.$/, ""),
    );
  const months = Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(2024, month, 1)));
  const days = Array.from({ length: 7 }, (_, weekday) => new Date(Date.UTC(2024, 8, 1 + weekday))); // a Sunday
  return {
    number: { decimal: ",", thousands: ".", grouping: [3], currency: ["", ""] },
    time: {
      dateTime: "%d/%m/%Y %H:%M",
      date: "%d/%m/%Y",
      time: "%H:%M:%S",
      periods: ["AM", "PM"],
      days: names({ weekday: "long" }, days),
      shortDays: names({ weekday: "short" }, days),
      months: names({ month: "long" }, months),
      shortMonths: names({ month: "short" }, months),
    },
  };
}
