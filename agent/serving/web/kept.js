// What the browser keeps of a reader's choices. Storage may be off or full: then they last as long as the page.

const held = new Map();

export function kept(name) {
  try {
    return localStorage.getItem(name) ?? held.get(name) ?? null;
  } catch {
    return held.get(name) ?? null;
  }
}

export function keep(name, value) {
  held.set(name, value);
  try {
    localStorage.setItem(name, value);
  } catch {
    // It is held above.
  }
}

const secrets = new Map();

/** A key lasts as long as the tab and is never written to disk by the page. */
export function secret(name) {
  try {
    return sessionStorage.getItem(name) ?? secrets.get(name) ?? null;
  } catch {
    return secrets.get(name) ?? null;
  }
}

export function keepSecret(name, value) {
  secrets.set(name, value);
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // It is held above.
  }
}
