// Everything the page asks of its server; nothing else is ever asked.

import { askForKey } from "./key.js";
import { secret } from "./kept.js";

/** What the server says is wrong (RFC 9457), and in `hint` what to do next. */
export class Problem extends Error {
  constructor(status, said = {}) {
    super(said.detail || said.title || `HTTP ${status}`);
    this.status = status;
    this.hint = said.hint || "";
    this.id = said.instance || "";
    this.retryAfter = Number(said.retryAfter) || 0;
  }
}

export const isStop = (error) => error?.name === "AbortError";

/** `v1/offers?gpu=H100&gpu=L4`; a path of the server, under whatever prefix it stands. */
export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of [value].flat()) {
      if (one !== null && one !== undefined && one !== "") query.append(name, one);
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

async function fetched(path, options = {}) {
  const key = secret("key");
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (isStop(error)) throw error;
    throw new Problem(0, { detail: "offline" });
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  if (response.status === 401 && (await askForKey(key ? said.detail : ""))) return fetched(path, options);
  throw new Problem(response.status, { ...said, retryAfter: response.headers.get("Retry-After") });
}

export async function get(path, params, signal) {
  const response = await fetched(address(path, params), { signal, headers: { Accept: "application/json" } });
  return response.json();
}

/** Where the quality gate's report on a snapshot is, or on one batch of it; relative, as the page is. */
export const reportOf = (snapshot, batch) =>
  `v1/snapshots/${encodeURIComponent(snapshot)}/validation/${batch ? `${encodeURIComponent(batch)}.html` : ""}`;

/** What a link to a file of the server does when it is clicked: a key goes in a header, which no link sends. */
export const fileClick = (name) => async (event) => {
  if (secret("key") === null) return;
  event.preventDefault();
  const url = URL.createObjectURL(await (await fetched(event.currentTarget.href)).blob());
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};

/** The server-sent events of an answer, each as [name, data], while it is made. */
export async function* asked(question, signal) {
  const response = await fetched("v1/ask", {
    method: "POST",
    signal,
    headers: { Accept: "text/event-stream", "Content-Type": "application/json" },
    body: JSON.stringify(question),
  });
  const lines = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    rest += value;
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1];
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (name && data) yield [name, JSON.parse(data)];
    }
  }
}
