// A table that says what it holds, scrolls inside itself, and is sorted by its heads.

import { el, icon, replace } from "./dom.js";
import { locale } from "./language.js";

const ARROW = "M10 15V5m-4 4 4-4 4 4";

/** `columns` as `columnsOf` makes them. With `onsort` the rows are sorted elsewhere, by what it is told: `name`
 *  or `-name`. */
export function table({ caption, columns, rows, sorted = "", onsort = null, sortable = () => true }) {
  const body = el("tbody");
  const head = el("tr");
  let order = sorted;

  function choose(name) {
    order = order === name ? `-${name}` : name;
    if (onsort) onsort(order);
    else draw();
  }

  function draw() {
    replace(
      head,
      columns.map((column) => th(column, order, sortable(column) ? choose : null)),
    );
    replace(
      body,
      (onsort ? rows : inOrder(rows, columns, order)).map((row) => tr(row, columns)),
    );
  }

  draw();
  const whole = el("table", {}, el("caption.hidden", {}, caption), el("thead", {}, head), body);
  const node = el("div.scroll", { role: "region", tabindex: "0", "aria-label": caption }, whole);
  return { node, add: (more) => body.append(...more.map((row) => tr(row, columns))) };
}

function th(column, order, choose) {
  const own = order.replace(/^-/, "") === column.name;
  const sort = own ? (order.startsWith("-") ? "descending" : "ascending") : null;
  const button =
    choose &&
    el(
      "button.sort",
      { type: "button", onclick: (event) => again(event, choose, column.name) },
      column.label,
      icon(ARROW),
    );
  return el(column.numeric ? "th.number" : "th", { scope: "col", "aria-sort": sort }, button || column.label);
}

/** The heads are made anew by a sort, so the focus goes to the new one. */
function again(event, choose, name) {
  const row = event.currentTarget.closest("tr");
  const at = [...row.children].indexOf(event.currentTarget.closest("th"));
  choose(name);
  row.children[at]?.querySelector("button")?.focus();
}

const tr = (row, columns) =>
  el(
    "tr",
    {},
    columns.map((column, at) => {
      const name = [at === 0 ? "th" : "td", column.numeric && "number", column.class]
        .filter(Boolean)
        .join(".");
      return el(name, { scope: at === 0 ? "row" : null }, column.show(row));
    }),
  );

function inOrder(rows, columns, order) {
  const column = columns.find(({ name }) => name === order.replace(/^-/, ""));
  if (!column) return rows;
  const turn = order.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.raw(a), column.raw(b)];
    if (x === null || y === null) return (x === null) - (y === null); // what says nothing stays last
    return (
      turn *
      (typeof x === "number" && typeof y === "number"
        ? x - y
        : String(x).localeCompare(String(y), locale(), { numeric: true }))
    );
  });
}
