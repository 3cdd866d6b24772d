// Elements are made here and nowhere else: text goes in as text, so no value of a price list becomes markup.

/** `el("a.quiet", { href, onclick }, "text", child, [more])`; null and false children are left out. */
export function el(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

export function append(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, children);
}

const NS = "http://www.w3.org/2000/svg";

/** A line icon of 20 × 20 by its paths; it says nothing to a screen reader. */
export function icon(...paths) {
  const svg = document.createElementNS(NS, "svg");
  const attributes = { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of paths) {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A link out of the page if the address is one that a browser should follow, else its text. */
export function outward(address, text = address) {
  if (!/^https?:\/\//.test(address ?? "")) return document.createTextNode(text ?? "");
  return el("a.outward", { href: address, rel: "noopener noreferrer", target: "_blank" }, text);
}

export async function copy(text, button, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // The page is not served securely, or not allowed to.
    const area = el("textarea", { value: text, "aria-hidden": "true" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const before = [...button.childNodes];
  replace(button, said);
  setTimeout(() => replace(button, before), 1600);
}
