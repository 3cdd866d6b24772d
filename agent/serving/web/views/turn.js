// One question and its answer: how it is looked up, then the text, its rows, its chart and its sources.

import { chart } from "../charts.js";
import { alikeLine, apart, columnsOf, labelOf } from "../columns.js";
import { upTo } from "../conversation.js";
import { copy, el, outward, replace } from "../dom.js";
import { ago, day, has, t } from "../language.js";
import { prose, whereOf } from "../prose.js";
import { hashOf } from "../route.js";
import { table } from "../table.js";
import { trouble } from "../trouble.js";

const FIRST = ["instance_type", "model", "name"];
const CITED = ["source", "source_url", "components"];

export class Turn {
  /** `acts.ask` asks another question, `acts.anew` begins another conversation. */
  constructor(turn, acts) {
    this.turn = turn;
    this.acts = acts;
    this.body = el("div.answer.card");
    this.node = el("article.turn", {}, el("h2", { tabindex: "-1" }, turn.question), this.body);
    this.draw();
  }

  draw() {
    const { turn } = this;
    this.body.setAttribute("aria-busy", String(turn.state === "working"));
    if (turn.state === "done") replace(this.body, this.answered());
    else replace(this.body, this.underWay());
  }

  underWay() {
    const { turn, acts } = this;
    return [
      steps(turn),
      turn.text && prose(turn.text, []),
      turn.state === "working" && !turn.text && el("p.waiting", {}, t("ask.working")),
      turn.state === "stopped" && el("p.quiet", {}, t("ask.stopped")),
      turn.state === "failed" &&
        trouble(turn.problem ?? new Error(t("ask.cut")), () => acts.ask(turn.question)),
    ];
  }

  answered() {
    const { answer } = this.turn;
    return [
      prose(answer.text, answer.citations),
      answer.caveats.length > 0 && caveats(answer.caveats),
      answer.chart && chart(answer.chart),
      answer.rows.length > 0 && rows(answer),
      answer.citations.length > 0 && sources(answer.citations),
      answer.suggestions.length > 0 && this.suggestions(answer.suggestions),
      this.about(answer),
    ];
  }

  suggestions(all) {
    const button = (text) => el("button.chip", { type: "button", onclick: () => this.acts.ask(text) }, text);
    return el(
      "div.suggestions.stack",
      {},
      el("h3", {}, t("ask.suggestions")),
      el(
        "ul",
        {},
        all.map((text) => el("li", {}, button(text))),
      ),
    );
  }

  about(answer) {
    const { turn } = this;
    const aged = answer.as_of && t("answer.aged", { day: day(answer.as_of), ago: ago(answer.as_of) });
    const model =
      answer.model !== "rules" && t("answer.model", { model: answer.model, tokens: answer.tokens_used });
    const took = t("answer.took", { ms: Math.round(answer.duration_ms) });
    const link = new URL(hashOf("ask", { q: upTo(turn) }), location.href).href;
    return el(
      "div",
      {},
      el(
        "div.about",
        {},
        el("span", {}, [aged, model, took].filter(Boolean).join(" · ")),
        el("a", { href: hashOf("snapshot") }, answer.snapshot),
      ),
      el(
        "div.actions",
        {},
        copying(t("answer.link"), link),
        answer.sql && copying(t("answer.sql"), answer.sql),
        copying(t("answer.json"), () => JSON.stringify({ ...answer, trace: undefined }, null, 2)),
        el("button.bare", { type: "button", onclick: this.acts.anew }, t("ask.anew")),
      ),
      explained(turn, answer),
    );
  }
}

const copying = (label, text) =>
  el(
    "button.bare",
    {
      type: "button",
      onclick: (event) => copy(typeof text === "function" ? text() : text, event.currentTarget, t("copied")),
    },
    label,
  );

function steps(turn) {
  const shown = turn.steps.filter(({ name }) => name !== "asked");
  return shown.length > 0 && el("ul.steps", {}, shown.map(step));
}

function step(one) {
  if (one.name === "understood")
    return el("li", {}, el("span", {}, t("step.understood", { intent: intent(one.intent) })));
  if (one.name === "handed_over") return el("li.failed", {}, el("span", {}, t("step.handed_over", one)));
  const state = one.running ? "li.running" : one.error ? "li.failed" : "li";
  const came = one.running ? "" : one.error || t("step.rows", { count: one.rows });
  return el(
    state,
    {},
    el("span", {}, tool(one.tool)),
    el("code", {}, said(one.arguments)),
    el("span", {}, came),
  );
}

const intent = (name) => (has(`intent.${name}`) ? t(`intent.${name}`) : labelOf(name));
const tool = (name) => (has(`tool.${name}`) ? t(`tool.${name}`) : labelOf(name));

/** The values a tool is called with, without the names of its parameters. */
function said(value) {
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (value && typeof value === "object")
    return Object.values(value)
      .filter((one) => one !== null)
      .map(said)
      .join(" · ");
  return String(value);
}

const caveats = (all) =>
  el(
    "ul.caveats",
    { "aria-label": t("answer.caveats") },
    all.map((text) => el("li", {}, text)),
  );

function rows(answer) {
  const [columns, alike] = apart(columnsOf(named(answer), answer.rows, {}, true), answer.rows);
  if (columns.every(({ name }) => name === "title" || name === "source")) return null; // as the sources below
  const caption = t("answer.rows", { count: answer.rows.length });
  return el(
    "div.rows",
    {},
    table({ caption, columns, rows: answer.rows }).node,
    alikeLine(alike, answer.rows),
  );
}

/** What a row is of comes first; what its citation leads to is left to it. */
function named({ columns, citations }) {
  const first = columns.find((name) => FIRST.includes(name));
  if (!first) return columns;
  return [first, ...columns.filter((name) => name !== first && !(citations.length && CITED.includes(name)))];
}

function sources(citations) {
  const items = citations.map((one) => {
    const href = whereOf(one);
    const title = !href
      ? one.title
      : href.startsWith("http")
        ? outward(href, one.title)
        : el("a", { href }, one.title);
    const from = [one.source !== href && one.source, one.as_of && day(one.as_of)].filter(Boolean).join(", ");
    return el(
      "li",
      {},
      el("span.tag", {}, String(one.number)),
      el("span", {}, title, " ", el("span.more", {}, from)),
    );
  });
  const list = el("ol.sources", {}, items);
  const head = t("answer.sources", { count: citations.length });
  if (citations.length <= 4) return el("div.stack", {}, el("h3", {}, head), list);
  return el("details", {}, el("summary", {}, head), list);
}

function explained(turn, answer) {
  const traces = answer.trace ?? [];
  const looked = traces.flatMap((one) => one.steps.map((step) => ({ name: "tool_started", ...step })));
  // An answer that the server had kept tells no steps.
  const told = turn.steps.some(({ tool }) => tool) ? turn.steps : looked;
  const body = el("div.explained", {}, steps({ steps: told }), traces.map(trace));
  return el("details", {}, el("summary", {}, t("answer.explain")), body);
}

function trace(one) {
  const facts = [
    ["answer.intent", intent(one.intent)],
    one.follows && ["answer.follows", one.follows],
    one.failures.length > 0 && ["answer.failures", one.failures.join(" ")],
    one.ungrounded.length > 0 && ["answer.ungrounded", one.ungrounded.join(", ")],
  ].filter(Boolean);
  const list = el(
    "dl.facts",
    {},
    facts.map(([name, value]) => el("div", {}, el("dt", {}, t(name)), el("dd", {}, value))),
  );
  return [
    list,
    el("pre", { tabindex: "0", "aria-label": t("answer.read") }, JSON.stringify(one.read, null, 1)),
  ];
}
