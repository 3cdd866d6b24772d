// The language of the page: its words, and how it writes numbers, money and dates.

import { keep } from "./kept.js";
import { en } from "./words/en.js";
import { pt } from "./words/pt.js";

const TABLES = { en, pt };
const LOCALES = { en: "en-US", pt: "pt-BR" };
const made = new Map();

export const language = () => (document.documentElement.lang.startsWith("pt") ? "pt" : "en");
export const locale = () => LOCALES[language()];

export function speak(chosen) {
  document.documentElement.lang = LOCALES[chosen] ?? "en";
  keep("language", chosen);
  document.dispatchEvent(new Event("language"));
}

/** The words of `name` with their {values}; a table holds either text or { one, other } by `count`. */
export function t(name, values = {}) {
  let words = TABLES[language()][name] ?? TABLES.en[name] ?? name;
  if (typeof words === "object") words = words[plural(values.count)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? number(value) : String(value ?? "");
  });
}

export const has = (name) => name in TABLES.en;

const plural = (count) => format(Intl.PluralRules, {}).select(Number(count));

function format(Kind, options) {
  const key = `${Kind.name} ${locale()} ${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}

export const number = (value, digits = 6) =>
  format(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);

export const percent = (value, digits = 1) =>
  format(Intl.NumberFormat, {
    style: "percent",
    maximumFractionDigits: digits,
    signDisplay: "exceptZero",
  }).format(Number(value) / 100);

/** How many decimals an exact amount has, at least two and at most `most`. */
export function decimals(value, most = 10) {
  const after = String(value ?? "").split(".")[1] ?? "";
  return Math.min(Math.max(after.length, 2), most);
}

/** Money arrives as digits and is written out of them: no float comes between. */
export function money(value, currency = "USD", digits = decimals(value)) {
  const options = {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  };
  try {
    return format(Intl.NumberFormat, options).format(value);
  } catch {
    return `${number(value, 10)} ${currency}`;
  }
}

const when = (value, options) =>
  value ? format(Intl.DateTimeFormat, { ...options, timeZone: "UTC" }).format(new Date(value)) : "";

export const day = (value) => when(value, { dateStyle: "medium" });
export const moment = (value) =>
  value ? `${when(value, { dateStyle: "medium", timeStyle: "short" })} UTC` : "";

/** `BR` in words. */
export function countryName(code) {
  try {
    return new Intl.DisplayNames(locale(), { type: "region" }).of(code) ?? code;
  } catch {
    return code; // no code of two letters
  }
}

const UNITS = [
  ["year", 365],
  ["month", 30],
  ["day", 1],
  ["hour", 1 / 24],
  ["minute", 1 / 1440],
];

/** `2 years ago`, `há 2 anos`, in the largest unit that there is at least one of. */
export function ago(value) {
  const days = (Date.now() - new Date(value)) / 86_400_000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(days) >= size) ?? ["minute", 1 / 1440];
  return format(Intl.RelativeTimeFormat, { numeric: "always" }).format(-Math.round(days / size), unit);
}
