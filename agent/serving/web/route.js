// `#/offers?gpu=H100`: the view that is shown and all it is shown with, so that a link brings it back.

import { address } from "./server.js";

/** { name, id, params } of an address; `params` is a URLSearchParams. */
export function routeOf(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, ...id] = path.split("/");
  return { name: name || "ask", id: decoded(id.join("/")), params: new URLSearchParams(query) };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const hashOf = (name, params = {}, id = "") =>
  address(`#/${name}${id ? `/${encodeURIComponent(id)}` : ""}`, params);

/** Show it, as a step that the back button undoes. */
export function go(name, params, id) {
  location.hash = hashOf(name, params, id);
}

/** The address says what is shown already. */
export function settle(name, params, id) {
  history.replaceState(history.state, "", hashOf(name, params, id));
}
