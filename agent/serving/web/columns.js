// How a column of rows is shown: told by its name, since answers, offers and changes share their names.

import { el, outward } from "./dom.js";
import { ago, day, has, money, number, percent, t } from "./language.js";

const NOT_MONEY = /^prices|percent|option|type|_id$|currency|_at$|count|rank/;
const MONEY = /price|cost|upfront|_usd$|^usd|amount|saving|^month_|^total|^rate$|_hour_in$|_fee$/;
const DATE = /(_at|_from|_to|_until|_date|_seen)$|^(as_of|day|since|until|date)$/;
const NOT_DATE = /^(tier|interruption)_/;
// What these hold is a word of a fixed list, which each language has its own of.
const WORDS = new Set([
  "provider",
  "purchase_option",
  "operating_system",
  "tenancy",
  "payment",
  "architecture",
  "price_type",
  "unit",
  "verdict",
  "kind",
  "category",
  "offering_class",
  "direction",
  "state",
  "schedule",
]);
const LONG = 42; // characters that a cell has on one line
const TOO_LONG = 140; // more than it shows
const UNSAID = new Set(["price_id", "tied", "rule", "follows"]);

function kindOf(name, rows) {
  if (/_url$/.test(name)) return "link";
  if (/percent/.test(name)) return "percent";
  if (DATE.test(name) && !NOT_DATE.test(name)) return "date";
  if (MONEY.test(name) && !NOT_MONEY.test(name)) return "money";
  const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
  if (values.length && values.every((value) => typeof value === "boolean")) return "yes";
  if (
    values.length &&
    values.every((value) => typeof value !== "object" && value !== "" && Number.isFinite(Number(value)))
  )
    return "number";
  return WORDS.has(name) ? "word" : "text";
}

const NUMERIC = new Set(["money", "number", "percent"]);

/** The columns of these names that say anything, in their order; money takes its currency's sign with it,
 *  and all its decimals where they are to be `exact`. */
export function columnsOf(names, rows, changes = {}, exact = false) {
  const told = names.filter(
    (name) => !UNSAID.has(name) && (changes[name]?.always || rows.some((row) => said(row[name], name))),
  );
  const columns = told.map((name) => columnOf(name, rows, changes[name], exact));
  const currencies = columns.some(({ kind }) => kind === "money");
  return columns.filter(({ name }) => !(currencies && name === "currency"));
}

/** What all rows have alike needs no column: [columns that tell rows apart, what is so in every row].
 *  A single row keeps its figures, and what it is of. */
export function apart(columns, rows) {
  const single = rows.length === 1;
  const same = (name) => new Set(rows.map((row) => JSON.stringify(row[name] ?? null))).size === 1;
  const alike = ({ name, kind, class: how }, at) =>
    at > 0 &&
    how !== "strong" &&
    (single ? kind === "word" : !["money", "percent"].includes(kind)) &&
    same(name);
  return [columns.filter((one, at) => !alike(one, at)), columns.filter(alike)];
}

/** A line of what every row has; null where there is nothing. */
export function alikeLine(alike, rows) {
  if (!alike.length) return null;
  const all = alike.flatMap((column, at) => [at ? " · " : "", `${column.label}: `, column.show(rows[0])]);
  return el("p.quiet.small", {}, rows.length > 1 && [t("alike"), " "], all);
}

const said = (value, name = "") =>
  !(name.startsWith("tier_") && Number(value) === 0) && // a price without tiers
  value !== null &&
  value !== undefined &&
  value !== "" &&
  !(Array.isArray(value) && !value.length);

function columnOf(name, rows, changes = {}, exact = false) {
  const kind = changes.kind ?? kindOf(name, rows);
  const digits = kind === "money" ? Math.max(2, ...rows.map((row) => placesOf(row[name], exact))) : 0;
  const shown = (row) => (said(row[name]) ? cell(kind, row[name], row, name, digits) : "");
  const length = kind === "text" ? Math.max(...rows.map((row) => String(row[name] ?? "").length)) : 0;
  const clamped = (row) => el("div.clamp", { title: String(row[name] ?? "") }, shown(row));
  return {
    name,
    kind,
    label: labelOf(name),
    numeric: NUMERIC.has(kind),
    class: length > LONG ? "wrap" : "",
    show: length > TOO_LONG ? clamped : shown,
    raw: (row) => raw(kind, row[name]),
    ...changes,
  };
}

/** `price_usd_hour` by its entry in the words; a column no table of words knows, by its own name. */
export function labelOf(name) {
  if (has(`column.${name}`)) return t(`column.${name}`);
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const word = (value) =>
  has(`value.${value}`) ? t(`value.${value}`) : String(value).replaceAll("_", " ");

/** The decimals an amount deserves: fewer the larger it is, unless small ones are to be exact. */
function placesOf(value, exact) {
  const size = Math.abs(Number(value ?? 0));
  const most = size >= 100 ? 2 : exact || size < 0.001 ? 10 : size >= 0.1 ? 4 : 6;
  return Math.min((String(value ?? "").split(".")[1] ?? "").length, most);
}

/** One amount alone, with every decimal it has. */
export const amount = (value, currency) => money(value, currency);

function cell(kind, value, row, name, digits) {
  switch (kind) {
    case "money":
      return money(value, currencyOf(name, row), digits);
    case "percent":
      return percent(value);
    case "number":
      return number(Number(value));
    case "date":
      return el("time", { datetime: value, title: ago(value) }, day(value));
    case "yes":
      return t(value ? "yes" : "no");
    case "link":
      return outward(value);
    case "word":
      return word(value);
    default:
      return text(value);
  }
}

const currencyOf = (name, row) =>
  (/usd/.test(name) ? "USD" : /_in$/.test(name) ? row.in_currency : row.currency) ?? "USD";

/** Parts of a sum as one line; other lists and records as their values. */
function text(value) {
  if (Array.isArray(value)) return value.map(text).join(value.some((one) => one?.rate) ? " + " : ", ");
  if (value && typeof value === "object") {
    if (value.rate) return `${number(Number(value.quantity))} × ${number(Number(value.rate), 10)}`;
    return Object.values(value)
      .filter((one) => said(one))
      .map(text)
      .join(" ");
  }
  return /^https?:\/\//.test(value) ? outward(value) : String(value);
}

function raw(kind, value) {
  if (value === null || value === undefined) return null;
  return NUMERIC.has(kind) ? Number(value) : typeof value === "object" ? JSON.stringify(value) : value;
}
