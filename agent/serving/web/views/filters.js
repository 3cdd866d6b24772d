// The conditions of the explorer, as a form; what can be chosen is what the snapshot has.

import { word } from "../columns.js";
import { el, replace } from "../dom.js";
import { t } from "../language.js";
import { get } from "../server.js";

const TEXTS = ["machine", "gpu", "place"];
const NUMBERS = [["min_vcpus", "max_vcpus"], ["min_memory", "max_memory"]];
const CHOICES = ["provider", "purchase_option", "os", "architecture"];
const ALL = [...TEXTS, ...NUMBERS.flat(), ...CHOICES];

/** `chosen` is told all conditions as soon as one of them changes. */
export function filters(params, chosen) {
  const controls = new Map();
  const lists = new Map();
  const field = (name, control) => {
    controls.set(name, control);
    return el("div.field", {}, el("label", { for: `filter-${name}` }, t(`filter.${name}`)), control);
  };
  const text = (name) => {
    const list = el("datalist", { id: `known-${name}` });
    lists.set(name, list);
    return [field(name, el("input", { id: `filter-${name}`, name, list: list.id, autocomplete: "off", spellcheck: "false", placeholder: t(`filter.${name}.such`) })), list];
  };
  const count = (name) => field(name, el("input", { id: `filter-${name}`, name, type: "number", min: "0", step: "any", inputmode: "decimal" }));
  const choice = (name) => field(name, el("select", { id: `filter-${name}`, name }, el("option", { value: "" }, t(`filter.${name}.any`))));

  const form = el(
    "form.filters",
    { onchange: tell, onsubmit: (event) => event.preventDefault() || tell() },
    TEXTS.slice(0, 2).map(text),
    NUMBERS.map((pair) => el("div.pair", {}, pair.map(count))),
    text("place"),
    CHOICES.map(choice),
    el("button", { type: "button", onclick: () => chosen({}) }, t("filter.clear")),
  );
  const node = el("details", { open: matchMedia("(min-width: 60rem)").matches }, el("summary", {}, t("offers.filters")), form);

  function tell() {
    const sort = current.get("sort");
    const all = Object.fromEntries(ALL.map((name) => [name, controls.get(name).value.trim()]));
    chosen(sort ? { ...all, sort } : all);
  }

  let current = params;

  function set(next) {
    current = next;
    for (const [name, control] of controls) {
      const value = next.get(name) ?? "";
      if (control.tagName === "SELECT" && value && ![...control.options].some((one) => one.value === value))
        control.append(el("option", { value }, word(value))); // what an address asks for stays chosen
      control.value = value;
    }
  }

  async function offer() {
    const known = await get("v1/options");
    for (const name of CHOICES) {
      const control = controls.get(name);
      const values = known[name] ?? [];
      replace(control, control.options[0], values.map((value) => el("option", { value }, word(value))));
    }
    for (const [name, list] of lists) replace(list, (known[name] ?? []).map((value) => el("option", { value })));
    set(current);
  }

  set(params);
  offer().catch(() => {}); // without it everything can still be written in
  return { node, set };
}
