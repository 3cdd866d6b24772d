// Before the first paint: the theme and the language chosen last time, so that nothing flashes.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = { theme: localStorage.getItem("theme"), language: localStorage.getItem("language") };
  } catch {
    // Storage is off: the system's theme and the browser's language stand.
  }
  if (kept.theme === "light" || kept.theme === "dark") root.dataset.theme = kept.theme;
  const language = kept.language || navigator.language || "en";
  root.lang = language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
})();
