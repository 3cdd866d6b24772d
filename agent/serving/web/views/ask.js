// Ask: a box, and below each question its answer as it is made.

import { el, replace } from "../dom.js";
import { ask, begin, questions, stop, talk, working } from "../conversation.js";
import { language, t } from "../language.js";
import { hashOf, settle } from "../route.js";
import { Turn } from "./turn.js";

let kept = null; // the conversation's own elements, so that coming back finds them as they were

export const askHash = () => hashOf("ask", { q: questions() });

export function askView(route) {
  const wanted = route.params.getAll("q");
  const same = JSON.stringify(wanted) === JSON.stringify(questions());
  if (!same) begin();
  if (!same || !kept || kept.language !== language()) kept = page();
  if (!same) askAll(wanted);
  return {
    node: kept.node,
    title: () => talk.turns.at(-1)?.question ?? t("nav.ask"),
    update: (next) => {
      if (JSON.stringify(next.params.getAll("q")) === JSON.stringify(questions())) return;
      begin();
      const fresh = page();
      kept.node.replaceWith(fresh.node);
      kept = fresh;
      askAll(next.params.getAll("q"));
      kept.field.focus();
    },
  };
}

/** Each after the answer before it, as it was in the conversation that the address is of. */
async function askAll(all) {
  for (const question of all) {
    const turn = await asked(question, false);
    if (turn.state !== "done") return;
  }
}

function page() {
  const made = { language: language(), turns: el("div.stack"), status: el("p.hidden", { role: "status" }) };
  made.welcome = welcome();
  made.field = field();
  made.button = el("button.primary", { type: "submit" }, t("ask.send"));
  made.composer = el(
    "form.composer",
    { onsubmit: submitted, role: "search" },
    el("label.hidden", { for: "question" }, t("ask.label")),
    made.field,
    made.button,
  );
  made.node = el(
    "div.talk",
    {},
    made.welcome.head,
    made.turns,
    made.composer,
    made.welcome.examples,
    made.status,
  );
  made.shown = new Map(talk.turns.map((turn) => [turn, added(made, turn)]));
  settled(made);
  return made;
}

function field() {
  return el("textarea", {
    id: "question",
    rows: "1",
    placeholder: t("ask.placeholder"),
    autocomplete: "off",
    enterkeyhint: "send",
    oninput: ({ currentTarget: { style, scrollHeight } }) => {
      if (!CSS.supports("field-sizing", "content")) style.height = `${scrollHeight}px`; // it only grows there
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      event.currentTarget.form.requestSubmit();
    },
  });
}

function welcome() {
  const groups = ["price", "gpu", "change", "plan"].map((group) =>
    el(
      "section",
      { "aria-labelledby": `examples-${group}` },
      el("h2", { id: `examples-${group}` }, t(`ask.examples.${group}`)),
      el(
        "ul",
        {},
        t(`ask.examples.${group}.list`)
          .split("|")
          .map((text) => el("li", {}, example(text))),
      ),
    ),
  );
  return {
    head: el("div.welcome", {}, el("h1", { tabindex: "-1" }, t("ask.title")), el("p", {}, t("ask.text"))),
    examples: el("div.examples", {}, groups),
  };
}

const example = (text) => el("button.chip", { type: "button", onclick: () => asked(text) }, text);

function submitted(event) {
  event.preventDefault();
  if (working()) return stop();
  const question = kept.field.value.trim();
  if (!question) return kept.field.focus();
  kept.field.value = "";
  return asked(question);
}

function added(made, turn) {
  const shown = new Turn(turn, { ask: asked, anew });
  made.turns.append(shown.node);
  return shown;
}

async function asked(question, focused = true) {
  if (working()) return null;
  const made = await ask(question, (turn) => {
    if (!talk.turns.includes(turn)) return; // another conversation has begun since
    const first = !kept.shown.has(turn);
    if (first) kept.shown.set(turn, added(kept, turn));
    kept.shown.get(turn).draw();
    settled(kept);
    if (first) began(turn, focused);
  });
  if (talk.turns.includes(made)) tell(made);
  return made;
}

function began(turn, focused) {
  settle("ask", { q: questions() });
  document.dispatchEvent(new Event("title"));
  kept.status.textContent = t("ask.working");
  kept.shown.get(turn).node.scrollIntoView({ block: "start" });
  if (focused) kept.field.focus({ preventScroll: true });
}

/** Said once, when it is over: the steps in between are there to be read, not to be heard. */
function tell(turn) {
  const said = { done: "ask.done", stopped: "ask.stopped", failed: "ask.failed" }[turn.state];
  kept.status.textContent = `${t(said)} ${turn.state === "done" ? turn.answer.text.split("\n")[0] : ""}`;
  kept.shown.get(turn)?.node.scrollIntoView({ block: "nearest" });
}

function settled(made) {
  const busy = Boolean(working());
  const any = talk.turns.length > 0;
  replace(made.button, t(busy ? "ask.stop" : "ask.send"));
  made.button.classList.toggle("primary", !busy);
  made.welcome.head.hidden = any;
  made.welcome.examples.hidden = any;
  made.composer.classList.toggle("docked", any);
  made.field.placeholder = t(any ? "ask.followup" : "ask.placeholder");
  made.turns.hidden = !any;
}

function anew() {
  location.hash = "#/ask";
}
