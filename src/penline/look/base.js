// What every sheet has: the head of the page. Texts from the data become text nodes, never markup.

const data = JSON.parse(document.getElementById("data").textContent);
const HAN = /\p{Script=Han}/u;

// An element: el("p", {class: "note"}, "text", child, ...)
function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function count(value) {
  return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
}

// A label by itself: its direction does not disturb its surroundings, its language is known.
function label(text, attributes) {
  return el("bdi", { lang: HAN.test(text) ? "zh-Hans" : null, ...attributes }, text);
}

function codePoints(text) {
  const all = Array.from(text);
  const names = all.slice(0, 3).map(
    (one) => "U+" + one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
  return names.join(" ") + (all.length > 3 ? " …" : "");
}

function toggle(text, pressed, attributes) {
  return el("button", { type: "button", "aria-pressed": String(pressed), ...attributes }, text);
}

function searchBox(hint, help, change) {
  const input = el("input", {
    id: "search", type: "search", placeholder: hint, title: help, spellcheck: "false",
    autocomplete: "off", "aria-keyshortcuts": "/",
  });
  input.addEventListener("input", () => change(input.value.trim()));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isTyping(event)) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
  return el("div", { class: "field" }, el("label", { for: "search" }, t("Search")), input);
}

function isTyping(event) {
  return event.target.closest?.("input, select, textarea") ||
    event.ctrlKey || event.metaKey || event.altKey;
}

// So many of what Python names: "3 glyphs".
function many(number, what) {
  return t("{count} " + what, { count: count(number) });
}

function lead() {
  const whole = many(data.total, data.unit);
  return data.shown === data.total ? t("All {whole}.", { whole })
    : t("{shown} of {whole}, {spread}.", { shown: count(data.shown), whole, spread: t(data.spread) });
}

function figures(rows) {
  return el("dl", { class: "figures" }, ...rows.map(([name, value]) =>
    el("div", {}, el("dt", {}, told(name)), el("dd", {}, count(value)))));
}

const knownBy = { name: t("by its files' names"), user: t("as the user said") };

function sourcesTable(rows) {
  const names = [t("Source"), t("Files"), t("Terms"), t("Passing on"), t("Simulated")];
  const body = rows.map((row) => el("tr", {},
    el("th", { scope: "row" }, row.title, row.card ? el("code", {}, row.card) : null,
      knownBy[row.known_by] ? el("small", {}, " " + knownBy[row.known_by]) : null),
    el("td", { class: "number" }, row.files === null ? "" : count(row.files)),
    el("td", {}, row.licence),
    el("td", {}, t(row.redistribution)),
    el("td", {}, row.simulated ? t("yes") : t("no"))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Sources") },
    el("table", { class: "sources" },
      el("thead", {}, el("tr", {}, ...names.map((n) => el("th", { scope: "col" }, n)))),
      el("tbody", {}, ...body)));
}

function countsTable(table) {
  const left = (table.total || table.rows.length) - table.rows.length;
  return el("details", {}, el("summary", {}, told(table.title)),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": told(table.title) },
      el("table", {}, el("tbody", {}, ...table.rows.map(([name, value]) => el("tr", {},
        el("th", { scope: "row" }, label(table.names ? name : told(name))),
        value === null ? null : el("td", { class: "number" }, count(value))))))),
    left > 0 ? el("p", { class: "note" }, t("… and {count} more.", { count: count(left) })) : null);
}

function fillHead() {
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of document.querySelectorAll("[data-t-label]")) one.ariaLabel = t(one.dataset.tLabel);
  document.getElementById("head").append(
    ...(keptLanguage() === null ? [] : [languageSwitch()]),
    el("p", { class: "kind" }, t(data.by || "penline sheet") + " · " + data.kind.split(", ").map(told).join(", ")),
    el("h1", {}, label(data.by ? t(data.title) : data.title)),
    data.badges.length ? el("ul", { class: "badges", "aria-label": t("Mind") },
      ...data.badges.map((badge) =>
        el("li", { class: badge.tone, title: t(badge.why) }, t(badge.text)))) : "",
    el("p", { class: "lead" }, lead()),
    figures(data.figures),
    ...data.notes.map((text) => el("p", { class: "note" }, told(text))),
    data.sources.length ? el("details", { class: "about" },
      el("summary", {}, t("Sources and their terms")), sourcesTable(data.sources)) : "",
    ...data.tables.map(countsTable));
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
}

fillHead();
