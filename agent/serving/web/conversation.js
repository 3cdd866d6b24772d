// The conversation of this tab: what was asked and what came of it. It outlives the view that shows it.

import { language } from "./language.js";
import { Problem, asked, isStop } from "./server.js";

const MOST = 8; // questions that an address holds

export const talk = { turns: [], session: fresh() };

/** A name that no other conversation of this server has. */
function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function begin() {
  stop();
  talk.turns = [];
  talk.session = fresh();
}

export const questions = () => talk.turns.map((turn) => turn.question).slice(-MOST);
/** An answer leans on the questions before it, so a link to it holds them too. */
export const upTo = (turn) =>
  talk.turns
    .slice(0, talk.turns.indexOf(turn) + 1)
    .map((one) => one.question)
    .slice(-MOST);
export const working = () => talk.turns.find((turn) => turn.state === "working");
export const stop = () => working()?.stopping.abort();

/** Asks, and tells `changed` of every step; `turn.state` is working, done, stopped or failed. */
export async function ask(question, changed) {
  const turn = {
    question,
    state: "working",
    steps: [],
    text: "",
    answer: null,
    problem: null,
    stopping: new AbortController(),
  };
  talk.turns.push(turn);
  changed(turn);
  try {
    for await (const [name, data] of asked(
      { question, session: talk.session, explain: true, language: language() === "pt" ? "auto-pt" : "auto" },
      turn.stopping.signal,
    )) {
      heard(turn, name, data);
      changed(turn);
    }
    turn.state = turn.answer ? "done" : "failed";
  } catch (error) {
    turn.state = isStop(error) ? "stopped" : "failed";
    turn.problem = error;
  }
  changed(turn);
  return turn;
}

function heard(turn, name, data) {
  if (name === "understood") turn.steps.push({ name, ...data });
  else if (name === "asked") turn.steps.push({ name, ...data });
  else if (name === "handed_over") turn.steps.push({ name, ...data });
  else if (name === "tool_started") turn.steps.push({ name, ...data, running: true });
  else if (name === "tool_finished") {
    const step = turn.steps.find((one) => one.running && one.tool === data.tool);
    Object.assign(step ?? {}, { running: false, rows: data.rows, error: data.error });
  } else if (name === "text") turn.text += data.text;
  else if (name === "done") turn.answer = data;
  else if (name === "error") throw new Problem(data.status, data);
}
