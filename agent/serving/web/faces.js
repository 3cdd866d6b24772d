// The same rows as a table or as a chart: two links that the address remembers.

import { el } from "./dom.js";
import { t } from "./language.js";
import { hashOf } from "./route.js";

const FACES = ["table", "chart"];

export const faceOf = (params) => (params.get("view") === "chart" ? "chart" : "table");

export function faces(name, params) {
  const now = faceOf(params);
  const link = (face) => {
    const all = {};
    for (const key of params.keys()) all[key] = params.getAll(key);
    const href = hashOf(name, { ...all, view: face === "chart" ? face : "" });
    return el("a", { href, "aria-current": face === now ? "true" : null }, t(`view.${face}`));
  };
  return el("nav.faces", { "aria-label": t("view") }, FACES.map(link));
}
