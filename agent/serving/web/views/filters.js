// The conditions of the explorer, as a form; what can be chosen is what the snapshot has.

import { word } from "../columns.js";
import { el, replace } from "../dom.js";
import { language, number, t } from "../language.js";
import { get } from "../server.js";

const TEXTS = ["machine", "gpu", "place"];
const RANGES = ["vcpus", "memory"];
const CHOICES = ["provider", "purchase_option", "os", "architecture", "currency"];
const PRESET = { purchase_option: "on_demand", os: "linux" }; // what the server takes where nothing is said
const ALL = [...TEXTS, ...RANGES.flatMap((name) => [`min_${name}`, `max_${name}`]), ...CHOICES];

/** What each control offers: values, or for the lists pairs of a value and what is said of it. */
function valuesOf(known) {
  const pt = language() === "pt";
  const country = (region) => (pt ? region.country_pt : region.country_en);
  const countries = [...new Set(known.regions.map(country).filter(Boolean))].sort();
  return {
    provider: known.providers.map(({ provider }) => provider),
    purchase_option: known.purchase_options,
    os: known.operating_systems,
    architecture: known.architectures,
    currency: known.currencies.filter((one) => one !== "USD"),
    machine: [],
    gpu: known.accelerators.map((one) => [
      one.accelerator,
      one.memory_gib && `${number(Number(one.memory_gib))} GiB`,
    ]),
    place: [
      ...countries.map((name) => [name]),
      ...known.regions.map((one) => [one.region, `${word(one.provider)}, ${one.name ?? ""}`]),
    ],
  };
}

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
    return [
      field(
        name,
        el("input", {
          id: `filter-${name}`,
          name,
          list: list.id,
          autocomplete: "off",
          spellcheck: "false",
          placeholder: t(`filter.${name}.such`),
        }),
      ),
      list,
    ];
  };
  const count = (name, of, end) => {
    const control = el("input", {
      name,
      type: "number",
      min: "0",
      step: "any",
      inputmode: "decimal",
      placeholder: t(`filter.${end}`),
      "aria-label": `${t(`filter.${of}`)} ${t(`filter.${end}`)}`,
    });
    controls.set(name, control);
    return control;
  };
  const range = (of) =>
    el(
      "fieldset",
      {},
      el("legend", {}, t(`filter.${of}`)),
      el("div.pair", {}, count(`min_${of}`, of, "min"), count(`max_${of}`, of, "max")),
    );
  const choice = (name) =>
    field(
      name,
      el(
        "select",
        { id: `filter-${name}`, name },
        el("option", { value: "" }, PRESET[name] ? word(PRESET[name]) : t(`filter.${name}.any`)),
      ),
    );

  const form = el(
    "form.filters",
    { onchange: tell, onsubmit: (event) => event.preventDefault() || tell() },
    TEXTS.slice(0, 2).map(text),
    RANGES.map(range),
    text("place"),
    CHOICES.map(choice),
    el("button", { type: "button", onclick: () => chosen({}) }, t("filter.clear")),
  );
  const node = el(
    "details",
    { open: matchMedia("(min-width: 60rem)").matches },
    el("summary", {}, t("offers.filters")),
    form,
  );

  function tell() {
    const [sort, view] = ["sort", "view"].map((name) => current.get(name) ?? "");
    const all = Object.fromEntries(ALL.map((name) => [name, controls.get(name).value.trim()]));
    chosen({ ...all, sort, view });
  }

  let current = params;

  function set(next) {
    current = next;
    for (const [name, control] of controls) put(control, next.get(name) ?? "");
  }

  function put(control, value) {
    if (control.tagName === "SELECT" && value && ![...control.options].some((one) => one.value === value))
      control.append(el("option", { value }, word(value))); // what an address asks for stays chosen
    control.value = value;
  }

  async function offer() {
    const known = valuesOf(await get("v1/options"));
    for (const name of CHOICES) {
      const control = controls.get(name);
      const values = known[name].filter((value) => value !== PRESET[name]);
      const kept = control.value; // what was written or chosen meanwhile stays
      replace(
        control,
        control.options[0],
        values.map((value) => el("option", { value }, word(value))),
      );
      put(control, kept);
    }
    for (const [name, list] of lists)
      replace(
        list,
        known[name].map(([value, label]) => el("option", { value, label })),
      );
  }

  set(params);
  offer().catch(() => {}); // without it everything can still be written in
  return { node, set };
}
