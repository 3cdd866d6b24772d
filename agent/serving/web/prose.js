// An answer's text: paragraphs, lists, code and [n], which leads to what a figure rests on.

import { el, outward } from "./dom.js";
import { t } from "./language.js";
import { hashOf } from "./route.js";

const INLINE = /\[(\d+)\]|`([^`]+)`|\*\*([^*]+)\*\*|(https?:\/\/[^\s;,)]+)/g;
const BASIS = /^(Basis|Base): |^(Assumed, as|Como a pergunta não diz)/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function prose(text, citations) {
  const blocks = [];
  let list = null;
  let code = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      code = code ? null : blocks[blocks.push(el("pre", { tabindex: "0" })) - 1];
    } else if (code || line.startsWith("|")) {
      const into =
        code ??
        (blocks.at(-1)?.tagName === "PRE"
          ? blocks.at(-1)
          : blocks[blocks.push(el("pre", { tabindex: "0" })) - 1]);
      into.append(`${line}\n`);
    } else if (line.startsWith("- ")) {
      list ??= blocks[blocks.push(el("ul")) - 1];
      list.append(el("li", {}, inline(line.slice(2), citations)));
      continue;
    } else if (line.trim()) {
      blocks.push(el(BASIS.test(line) ? "p.basis" : "p", {}, inline(line, citations)));
    }
    list = null;
  }
  return el("div.prose", {}, blocks);
}

function inline(text, citations) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, cited, code, strong, url] = match;
    const before = text.slice(from, match.index);
    nodes.push(cited ? before.replace(/ $/, "\u00a0") : before); // a number does not begin a line
    if (cited) nodes.push(cite(Number(cited), citations, whole));
    else if (code) nodes.push(el("code", {}, code));
    else if (strong) nodes.push(el("strong", {}, strong));
    else nodes.push(outward(url));
    from = match.index + whole.length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

function cite(number, citations, whole) {
  const found = citations.find((one) => one.number === number);
  if (!found) return whole;
  const href = whereOf(found);
  if (!href) return el("span.cite", { title: found.title }, String(number));
  const away = href.startsWith("http") ? { target: "_blank", rel: "noopener noreferrer" } : {};
  const label = t("cite", { number, title: found.title });
  return el("a.cite", { href, title: found.title, "aria-label": label, ...away }, String(number));
}

/** Where a citation leads: a price to its history, a source to its state, a guide to where it is from. */
export function whereOf({ price_id: id, source }) {
  if (UUID.test(id)) return hashOf("prices", {}, id);
  if (/^https?:\/\//.test(source ?? "")) return source;
  return id === source ? hashOf("sources") : null;
}
