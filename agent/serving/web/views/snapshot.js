// The snapshot: what all of this is answered from, and what the quality gate said of each batch in it.

import { columnsOf, labelOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { ago, moment, number, t } from "../language.js";
import { hashOf } from "../route.js";
import { get, isStop } from "../server.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const BATCH = ["source", "scope", "verdict", "rows", "quarantined", "as_of", "observed_at", "report"];
const TONES = { accepted: "good", accepted_with_quarantine: "warn", refused: "bad" };

export function snapshotView(route) {
  const found = el("div.stack", {}, waiting());
  const stopping = new AbortController();

  async function load() {
    try {
      const all = await get("v1/snapshots", {}, stopping.signal);
      const id = route.id || all.snapshot;
      const one = await get(`v1/snapshots/${encodeURIComponent(id)}`, {}, stopping.signal);
      replace(found, facts(one), batches(one, id), others(all, id));
    } catch (error) {
      if (!isStop(error)) replace(found, trouble(error, load));
    }
  }

  load();
  const intro = el("div.intro", {}, el("h1", { tabindex: "-1" }, t("nav.snapshot")), el("p", {}, t("snapshot.text")));
  return { node: el("div", {}, intro, found), close: () => stopping.abort() };
}

function facts(one) {
  const plain = Object.entries(one).filter(([, value]) => typeof value !== "object" && value !== "");
  const shown = plain.map(([name, value]) => [labelOf(name), /_at$/.test(name) ? `${moment(value)} (${ago(value)})` : typeof value === "number" ? number(value) : String(value)]);
  const report = el("a.button", { href: `v1/snapshots/${encodeURIComponent(one.id ?? one.snapshot)}/validation/` }, t("snapshot.report"));
  return el("section.card.stack", { "aria-label": t("snapshot.facts") }, el("dl.facts", {}, shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))), el("div.row", {}, report));
}

function batches(one, id) {
  const rows = (one.batches ?? []).filter((batch) => typeof batch === "object");
  if (!rows.length) return null;
  const columns = columnsOf(BATCH, rows.map((row) => ({ ...row, report: row.batch_id })), {
    verdict: { show: (row) => el(`span.tag.${TONES[row.verdict] ?? "none"}`, {}, word(row.verdict)) },
    report: { show: (row) => el("a", { href: `v1/snapshots/${encodeURIComponent(id)}/validation/${row.report}.html` }, t("snapshot.open")) },
  });
  const caption = t("snapshot.batches", { count: rows.length });
  return [el("h2", {}, caption), table({ caption, columns, rows: rows.map((row) => ({ ...row, report: row.batch_id })) }).node];
}

function others({ rows = [] }, id) {
  const more = rows.filter((row) => (row.id ?? row.snapshot) !== id);
  if (!more.length) return null;
  const columns = columnsOf(Object.keys(more[0]), more, { id: { show: (row) => el("a", { href: hashOf("snapshot", {}, row.id) }, row.id) } });
  return [el("h2", {}, t("snapshot.others")), table({ caption: t("snapshot.others"), columns, rows: more }).node];
}
