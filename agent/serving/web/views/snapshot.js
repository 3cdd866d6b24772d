// The snapshot: what all of this is answered from, and what the quality gate said of each batch in it.

import { columnsOf, labelOf, word } from "../columns.js";
import { el, replace } from "../dom.js";
import { ago, moment, number, t } from "../language.js";
import { hashOf } from "../route.js";
import { fileClick, get, isStop, reportOf } from "../server.js";
import { table } from "../table.js";
import { trouble, waiting } from "../trouble.js";

const COUNTED = ["prices_in_force", "price_spans", "offers", "instance_types", "documents", "quarantine"];
const TONES = { accepted: "good", accepted_with_quarantine: "warn", refused: "bad" };
const WORST = ["refused", "accepted_with_quarantine", "accepted"];

export function snapshotView(route) {
  const found = el("div.stack", {}, waiting());
  const stopping = new AbortController();

  async function load() {
    try {
      const all = await get("v1/snapshots", {}, stopping.signal);
      const one = await get(
        `v1/snapshots/${encodeURIComponent(route.id || all.snapshot)}`,
        {},
        stopping.signal,
      );
      replace(found, facts(one), batches(one), others(all.rows, one.snapshot));
    } catch (error) {
      if (!isStop(error)) replace(found, trouble(error, load));
    }
  }

  load();
  const intro = el(
    "div.intro",
    {},
    el("h1", { tabindex: "-1" }, t("nav.snapshot")),
    el("p", {}, t("snapshot.text")),
  );
  return { node: el("div", {}, intro, found), close: () => stopping.abort() };
}

const report = (snapshot, batch = "") => ({
  href: reportOf(snapshot, batch),
  target: "_blank",
  onclick: fileClick(`${batch || "validation"}.html`),
});

function facts(one) {
  const libraries = Object.entries(one.libraries).map(([name, version]) => `${name} ${version}`);
  const shown = [
    [t("column.snapshot"), el("code", {}, one.snapshot)],
    [t("column.created_at"), `${moment(one.created_at)} (${ago(one.created_at)})`],
    [t("column.in_force"), t(one.in_force ? "yes" : "no")],
    one.previous && [
      t("column.previous"),
      el("a", { href: hashOf("snapshot", {}, one.previous) }, one.previous),
    ],
    ...COUNTED.filter((name) => name in one.rows).map((name) => [labelOf(name), number(one.rows[name])]),
    [t("column.files"), number(one.files)],
    [t("column.bytes"), number(one.bytes / 1e6, 1)],
    [t("snapshot.libraries"), libraries.join(" · "), "whole"],
    [t("column.seal"), el("code", {}, one.seal), "whole"],
  ].filter(Boolean);
  const pair = ([name, value, whole]) =>
    el(whole ? "div.whole" : "div", {}, el("dt", {}, name), el("dd", {}, value));
  const link = one.validation && el("a.button", report(one.snapshot), t("snapshot.report"));
  return el(
    "section.card.stack",
    { "aria-label": t("snapshot.facts") },
    el("dl.facts", {}, shown.map(pair)),
    link && el("div.row", {}, link),
  );
}

/** What was refused first, then what lost rows. */
function batches({ snapshot, verdicts, validation }) {
  if (!verdicts.length) return null;
  const rows = verdicts.map((one) => ({ ...one, reasons: reasons(one), report: validation && one.batch_id }));
  rows.sort((a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict) || b.quarantined - a.quarantined);
  const columns = columnsOf(["batch_id", "verdict", "rows", "quarantined", "reasons", "report"], rows, {
    batch_id: { show: (row) => el("code", {}, row.batch_id) },
    verdict: { show: (row) => el(`span.tag.${TONES[row.verdict] ?? "none"}`, {}, word(row.verdict)) },
    reasons: { class: "wrap" },
    report: {
      show: (row) =>
        el("a", report(snapshot, row.report), t("snapshot.open"), el("span.hidden", {}, ` ${row.batch_id}`)),
    },
  });
  const caption = t("snapshot.batches", { count: rows.length });
  const whole = rows.filter((row) => row.verdict === "accepted");
  const rest = rows.filter((row) => row.verdict !== "accepted");
  const accepted = t("snapshot.accepted", { count: whole.length });
  return [
    el("h2", {}, caption),
    rest.length > 0 && table({ caption, columns, rows: rest }).node,
    whole.length > 0 &&
      el(
        "details",
        {},
        el("summary", {}, accepted),
        table({ caption: accepted, columns: columns.filter(({ name }) => name !== "reasons"), rows: whole })
          .node,
      ),
  ];
}

const reasons = ({ reasons: counts, failures }) =>
  [
    ...Object.entries(counts).map(([name, count]) => `${name.replaceAll("_", " ")}: ${number(count)}`),
    ...failures.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
  ].join(" · ");

function others(rows, id) {
  const more = rows.filter((row) => row.snapshot !== id).reverse();
  if (!more.length) return null;
  const names = [
    "snapshot",
    "created_at",
    "in_force",
    "prices",
    "machines",
    "documents",
    "batches",
    "refused",
    "damaged",
  ];
  const columns = columnsOf(names, more, {
    snapshot: { show: (row) => el("a", { href: hashOf("snapshot", {}, row.snapshot) }, row.snapshot) },
  });
  const caption = t("snapshot.others");
  return [el("h2", {}, caption), table({ caption, columns, rows: more }).node];
}
