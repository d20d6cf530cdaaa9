// Language, theme, printing, and what all other scripts share: words, elements, the data.
"use strict";
window.report = (() => {
  const data = JSON.parse(document.getElementById("report-data")?.textContent ?? "{}");
  const root = document.documentElement;
  const listeners = [];

  const language = () => (root.lang === "en" ? 1 : 0);
  const pick = (pair) => (pair == null ? "" : typeof pair === "string" ? pair : pair[language()]);
  const say = (key, parts = {}) => pick(data.words[key]).replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? String(parts[name]) : whole));
  const number = (value) => value.toLocaleString("en-US");

  // An element with attributes, listeners (onclick) and children; texts become text nodes, never markup.
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value == null || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value === true ? "" : String(value));
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }

  function table(headings, rows, numeric = []) {
    const cell = (tag, text, i, more = {}) => make(tag, { class: numeric.includes(i) ? "number" : null, ...more }, text);
    return make("table", {},
      make("thead", {}, make("tr", {}, ...headings.map((h, i) => cell("th", h, i, { scope: "col" })))),
      make("tbody", {}, ...rows.map((row) => make("tr", {}, ...row.map((text, i) => cell("td", text == null ? "" : String(text), i))))));
  }

  function remember(key, value) {
    try { localStorage.setItem(`checker-${key}`, value); } catch { /* a page from disk may have no storage */ }
  }
  function remembered(key) {
    try { return localStorage.getItem(`checker-${key}`); } catch { return null; }
  }

  function setLanguage(lang) {
    root.lang = lang;
    for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", button.dataset.lang === lang);
    for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", pick(JSON.parse(element.dataset.label)));
    for (const option of document.querySelectorAll("#agent-rule option")) option.textContent = option.dataset[lang];
    document.title = document.querySelector(`.brand .${lang}`)?.textContent ?? document.title;
    listeners.forEach((listener) => listener());
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) button.setAttribute("aria-pressed", button.dataset.themeChoice === theme);
  }

  function start() {
    for (const button of document.querySelectorAll("[data-lang]")) {
      button.addEventListener("click", () => { setLanguage(button.dataset.lang); remember("language", button.dataset.lang); });
    }
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.addEventListener("click", () => { setTheme(button.dataset.themeChoice); remember("theme", button.dataset.themeChoice); });
    }
    document.getElementById("print").addEventListener("click", () => window.print());
    document.getElementById("only-missed")?.addEventListener("change", (event) => document.getElementById("matrix").classList.toggle("only-missed", event.target.checked));
    const agents = document.getElementById("agent-rule");
    const showAgents = () => document.querySelectorAll("[data-agents]").forEach((one) => one.classList.toggle("shown", one.dataset.agents === agents.value));
    if (agents) { agents.addEventListener("change", showAgents); showAgents(); }
    // A link to a rule opens it; the browser itself only scrolls to it.
    const openTarget = () => {
      const target = location.hash.startsWith("#rule-") ? document.getElementById(location.hash.slice(1)) : null;
      if (target) { target.open = true; target.scrollIntoView(); }
    };
    addEventListener("hashchange", openTarget);
    document.addEventListener("click", (event) => { if (event.target.closest('a[href^="#rule-"]')) setTimeout(openTarget); });
    let closed = [];
    addEventListener("beforeprint", () => {
      closed = [...document.querySelectorAll("details.rule:not([open]), details.facts:not([open])")];
      closed.forEach((one) => { one.open = true; });
      listeners.forEach((listener) => listener("print"));
    });
    addEventListener("afterprint", () => closed.forEach((one) => { one.open = false; }));
    const asked = new URLSearchParams(location.search);
    setTheme(asked.get("theme") ?? remembered("theme") ?? "auto");
    setLanguage(asked.get("lang") === "zh" || asked.get("lang") === "en" ? asked.get("lang") : remembered("language") ?? root.lang);
    openTarget();
  }

  addEventListener("DOMContentLoaded", start);
  return { data, pick, say, number, make, table, onChange: (listener) => listeners.push(listener) };
})();
