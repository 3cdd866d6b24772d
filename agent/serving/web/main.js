// The frame around every view, and which view an address shows.

import { append, el, icon, replace } from "./dom.js";
import { keep } from "./kept.js";
import { ago, language, speak, t } from "./language.js";
import { hashOf, routeOf } from "./route.js";
import { get } from "./server.js";
import { askHash, askView } from "./views/ask.js";
import { changesView } from "./views/changes.js";
import { offersView } from "./views/offers.js";
import { priceView } from "./views/price.js";
import { snapshotView } from "./views/snapshot.js";
import { sourcesView } from "./views/sources.js";

const VIEWS = {
  ask: askView,
  offers: offersView,
  prices: priceView,
  changes: changesView,
  sources: sourcesView,
  snapshot: snapshotView,
};
const WAYS = ["ask", "offers", "changes", "sources", "snapshot"];
const SUN = [
  "M10 6.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7",
  "M10 1.5v2m0 13v2M1.5 10h2m13 0h2M4 4l1.4 1.4m9.2 9.2L16 16M4 16l1.4-1.4m9.2-9.2L16 4",
];
const MOON = ["M16.5 12.3A7 7 0 0 1 7.7 3.5a7 7 0 1 0 8.8 8.8z"];
const STEPS = ["M4 15h4v-4h4V7h4V4"];

const root = document.documentElement;
const scrolled = new Map(); // how far down each address was read
let shown = null;
let main = null;

const dark = () =>
  root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

function frame() {
  main = el("main", { id: "main", tabindex: "-1" });
  replace(
    document.body,
    el("a.skip", { href: "#main", onclick: skip }, t("skip")),
    el("header.head", {}, el("div.head-in", {}, brand(), ways(), tools())),
    main,
    el("footer.foot", {}, el("span", { id: "snapshot" }), el("a", { href: "docs" }, t("foot.api"))),
  );
  tellSnapshot();
}

const brand = () => el("a.brand", { href: askHash() }, icon(...STEPS), t("brand"));

const ways = () =>
  el(
    "nav.ways",
    { "aria-label": t("nav") },
    WAYS.map((name) => el("a", { href: hashOf(name), "data-way": name }, t(`nav.${name}`))),
  );

function tools() {
  const other = language() === "pt" ? "en" : "pt";
  return el(
    "div.tools",
    {},
    el(
      "button.bare",
      { type: "button", id: "language", lang: other === "pt" ? "pt-BR" : "en", onclick: () => speak(other) },
      other === "pt" ? "Português" : "English",
    ),
    el("button.bare", { type: "button", id: "theme", onclick: switchTheme }, ...themeSaid()),
  );
}

const themeSaid = () => [
  icon(...(dark() ? SUN : MOON)),
  el("span.hidden", {}, t(dark() ? "theme.light" : "theme.dark")),
];

function switchTheme() {
  root.dataset.theme = dark() ? "light" : "dark";
  keep("theme", root.dataset.theme);
  themed();
}

function themed() {
  replace(document.getElementById("theme"), themeSaid());
  document.dispatchEvent(new Event("theme"));
}

function skip(event) {
  event.preventDefault(); // its address would be taken for a view
  main.focus();
}

async function tellSnapshot() {
  try {
    const { snapshot } = await get("readyz");
    if (!snapshot) return; // it is not told to those without a key
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(snapshot) ?? [];
    const when = y ? ` · ${t("foot.published", { ago: ago(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) })}` : "";
    replace(
      document.getElementById("snapshot"),
      t("foot.snapshot"),
      " ",
      el("a", { href: hashOf("snapshot") }, snapshot),
      when,
    );
  } catch {
    // The views say what is wrong with the server.
  }
}

function show(traversed = false) {
  const route = routeOf();
  const first = shown === null;
  if (shown?.name === route.name && shown.view.update) {
    shown.view.update(route);
  } else {
    shown?.view.close?.();
    shown = { name: route.name, view: (VIEWS[route.name] ?? missing)(route) };
    replace(main, shown.view.node);
    if (!first) main.querySelector("h1")?.focus({ preventScroll: true });
    scrollTo(0, traversed ? (scrolled.get(location.hash) ?? 0) : 0);
  }
  shown.hash = location.hash;
  named(route);
}

function named(route) {
  document.title = `${shown?.view.title?.() ?? t(`nav.${route.name}`)} · ${t("brand")}`;
  const way = route.name === "prices" ? "offers" : route.name;
  for (const link of document.querySelectorAll("[data-way]")) {
    if (link.dataset.way === way) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (link.dataset.way === "ask") link.href = askHash();
  }
}

const missing = () => ({
  node: append(
    el("div.intro"),
    el("h1", { tabindex: "-1" }, t("missing.title")),
    el("p", {}, el("a", { href: "#/ask" }, t("nav.ask"))),
  ),
  title: () => t("missing.title"),
});

history.scrollRestoration = "manual";
addEventListener("scroll", () => shown && scrolled.set(location.hash, scrollY), { passive: true });
addEventListener("popstate", (event) => {
  show(Boolean(event.state?.seen)); // only an entry that was shown before carries the mark
  history.replaceState({ seen: true }, "");
});
document.addEventListener("title", () => named(routeOf()));
document.addEventListener("language", () => {
  shown?.view.close?.();
  shown = null;
  frame();
  show();
  document.getElementById("language").focus();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themed);

frame();
show();
history.replaceState({ seen: true }, "");
