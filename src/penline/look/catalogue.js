// A table of sets with filters that stand in the address, and two to four sets side by side.

const MOST = 4;
const chosen = new Set();
let order = ["id", 1];
const yesNo = (value) => (value ? "yes" : "no");
const say = (row, key) => t(row[key]);
const scripts = (row) => row.scripts.map((one) => t(data.scripts[one])).join(", ");
const sizeOf = (row) => (row.size ? many(row.size[1], row.size[0]) : "");
const among = (key) => [...new Set(data.rows.map((row) => row[key]))].sort();
const open = { yes: t("yes"), some: t("yes, or on a condition"), no: t("no"), unclear: t("unclear") };
const YES_NO = [["yes", t("yes")], ["no", t("no")]];
const allows = (value, wanted) =>
  value === wanted || (wanted === "some" && (value === "yes" || value === "conditional"));

// name in the address, words, choices as [value, words] (or none: a number or a text), test
const FILTERS = [
  ["script", t("Script"), Object.entries(data.scripts).sort((a, b) => a[1] < b[1] ? -1 : 1)
    .map(([value, words]) => [value, t(words)]),
    (row, value) => row.scripts.includes(value)],
  ["unit", t("Unit"), ["characters", "words", "lines", "pages", "formulas"],
    (row, value) => row.units.includes(value)],
  ["kind", t("Kind"), among("kind"), (row, value) => row.kind === value],
  ["pen", t("Pen"), [["offline", t("offline: pictures")], ["online", t("online: strokes")]],
    (row, value) => row.pen === value],
  ["writers", t("Who wrote what"), [["yes", t("told by the files")], ["no", t("not told")]],
    (row, value) => yesNo(row.writers_known) === value],
  ["commercial", t("Commercial use"), Object.entries(open), (row, value) => allows(row.commercial, value)],
  ["passing", t("Passing on"), Object.entries(open), (row, value) => allows(row.redistribution, value)],
  ["readable", t("Readable"), YES_NO, (row, value) => yesNo(row.readable) === value],
  ["gettable", t("Gettable"), YES_NO, (row, value) => yesNo(row.gettable) === value],
  ["least", t("Size at least"), null, (row, value) => row.size !== null && row.size[1] >= Number(value)],
  ["from", t("Year from"), null, (row, value) => row.year !== null && row.year >= Number(value)],
  ["to", t("Year to"), null, (row, value) => row.year !== null && row.year <= Number(value)],
];
const fields = new Map();

function field([name, words, choices]) {
  const made = choices
    ? el("select", {}, el("option", { value: "" }, t("any")), ...choices.map((one) => {
      const [value, text] = Array.isArray(one) ? one : [one, t(one)];
      return el("option", { value }, text);
    }))
    : el("input", { type: "number", min: "0", inputmode: "numeric" });
  made.addEventListener("input", () => { keep(); show(); });
  fields.set(name, made);
  return el("label", {}, words, made);
}

function keep() {
  const said = new URLSearchParams();
  for (const [name, one] of fields) if (one.value) said.set(name, one.value);
  if (chosen.size) said.set("compare", [...chosen].join(","));
  history.replaceState(null, "", "#" + said);
}

function restore() {
  const said = new URLSearchParams(location.hash.slice(1));
  for (const [name, one] of fields) one.value = said.get(name) || "";
  chosen.clear();
  for (const id of (said.get("compare") || "").split(",")) {
    if (chosen.size < MOST && data.rows.some((row) => row.id === id)) chosen.add(id);
  }
}

function fits(row) {
  const words = fields.get("text").value.toLowerCase().split(/\s+/);
  const facts = [row.id, row.title, row.publisher, row.licence, row.kind, t(row.kind), scripts(row)];
  const all = facts.join(" ").toLowerCase();
  return words.every((word) => all.includes(word)) &&
    FILTERS.every(([name, , , test]) => !fields.get(name).value || test(row, fields.get(name).value));
}

const COLUMNS = [
  ["id", t("Set"), (row) => row.id],
  ["script", t("Script"), scripts],
  ["kind", t("Kind"), (row) => say(row, "kind")],
  ["size", t("Size"), (row) => (row.size ? row.size[1] : null)],
  ["writers", t("Writers"), (row) => row.writers],
  ["year", t("Year"), (row) => row.year],
  ["commercial", t("Commerce"), (row) => say(row, "commercial")],
  ["redistribution", t("Passing on"), (row) => say(row, "redistribution")],
  ["state", "penline", (row) => state(row)],
];
const state = (row) =>
  [row.readable ? t("readable") : "", row.gettable ? t("gettable") : ""].filter(Boolean).join(", ") || t("card only");

const link = (row) => el("a", { href: encodeURIComponent(row.id) + ".html" }, row.id);
const body = el("tbody", {});
const heads = new Map();
const status = el("p", { class: "status", role: "status" });

function line(row) {
  const box = el("input", { type: "checkbox", "aria-label": t("Compare {id}", { id: row.id }) });
  box.checked = chosen.has(row.id);
  box.disabled = !box.checked && chosen.size >= MOST;
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(row.id); else chosen.delete(row.id);
    keep();
    for (const other of body.querySelectorAll("input")) {
      other.disabled = !other.checked && chosen.size >= MOST;
    }
    compare();
  });
  const cells = [scripts(row), say(row, "kind"), sizeOf(row), row.writers === null ? "" : count(row.writers),
    row.year === null ? "" : String(row.year), say(row, "commercial"), say(row, "redistribution"), state(row)];
  return el("tr", {}, el("td", { class: "pick" }, box),
    el("th", { scope: "row" }, link(row), el("small", {}, label(row.title))),
    ...cells.map((text, at) => el("td", text ? { "data-name": COLUMNS[at + 1][1] } : {}, text)));
}

function show() {
  const [key, way] = order;
  const value = COLUMNS.find((one) => one[0] === key)[2];
  const rows = data.rows.filter(fits).sort((a, b) => {
    const one = value(a), two = value(b);
    if ((one === null) !== (two === null)) return one === null ? 1 : -1; // unknown: last either way
    return (one < two ? -1 : one > two ? 1 : a.id < b.id ? -1 : 1) * way;
  });
  body.replaceChildren(...rows.map(line));
  for (const [name, head] of heads) {
    head.setAttribute("aria-sort", name !== key ? "none" : way > 0 ? "ascending" : "descending");
  }
  status.textContent = rows.length === data.rows.length
    ? t("All {count} sets.", { count: count(rows.length) })
    : t("{shown} of {count} sets.", { shown: count(rows.length), count: count(data.rows.length) });
}

const SIDE = [
  [t("Title"), (row) => row.title], [t("Script"), scripts], [t("Kind"), (row) => say(row, "kind")],
  [t("Units"), (row) => row.units.map((one) => t(one)).join(", ")], [t("Year"), (row) => String(row.year ?? "")],
  [t("Who wrote what"), (row) => (row.writers_known ? t("told by the files") : t("not told"))],
  [t("Figures"), (row) => row.counts], [t("Licence"), (row) => row.licence], [t("Terms"), (row) => row.terms],
  [t("Commercial use"), (row) => say(row, "commercial")],
  [t("Passing on"), (row) => say(row, "redistribution")],
  [t("In penline"), state], [t("How to get it"), (row) => row.access], [t("Advice"), (row) => row.advice],
];
const beside = el("section", { "aria-live": "polite" });

function compare() {
  const rows = [...chosen].map((id) => data.rows.find((row) => row.id === id));
  if (!rows.length) return beside.replaceChildren();
  const clear = el("button", { type: "button" }, t("Clear"));
  clear.addEventListener("click", () => {
    chosen.clear();
    keep();
    show();
    compare();
    (body.querySelector("input") || text).focus();
  });
  const note = rows.length < 2 ? t("Choose one more: up to four stand side by side.") :
    t("Rows in which they differ are marked.");
  const shown = (value) => Array.isArray(value)
    ? el("ul", {}, ...value.map((one) => el("li", {}, one))) : value;
  beside.replaceChildren(el("h2", {}, t("Side by side")), el("p", { class: "note" }, note + " ", clear),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Side by side") },
      el("table", { class: "compared" },
        el("thead", {}, el("tr", {}, el("td", {}), ...rows.map((row) => el("th", { scope: "col" }, link(row))))),
        el("tbody", {}, ...SIDE.map(([name, of]) => {
          const values = rows.map(of);
          const unlike = name !== t("Title") && new Set(values.map((one) => JSON.stringify(one))).size > 1;
          return el("tr", { class: unlike ? "unlike" : null }, el("th", { scope: "row" }, name),
            ...values.map((one) => el("td", {}, shown(one))));
        })))));
}

const text = el("input", { type: "search", "aria-keyshortcuts": "/", spellcheck: "false" });
text.addEventListener("input", () => { keep(); show(); });
fields.set("text", text);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !isTyping(event)) { event.preventDefault(); text.focus(); }
});
const filters = el("details", { open: innerWidth > 640 }, el("summary", {}, t("Filters")),
  el("div", { class: "filters" }, el("label", {}, t("Search ( / )"), text), ...FILTERS.map(field)));
const reset = el("button", { type: "button" }, t("Reset"));
reset.addEventListener("click", () => { for (const one of fields.values()) one.value = ""; keep(); show(); });
document.getElementById("tools").append(filters, status, reset);
const head = COLUMNS.map(([name, words]) => {
  const button = el("button", { type: "button" }, words);
  button.addEventListener("click", () => {
    order = [name, order[0] === name ? -order[1] : 1];
    show();
  });
  const made = el("th", { scope: "col" }, button);
  heads.set(name, made);
  return made;
});
document.getElementById("content").append(beside,
  el("table", { class: "sets" }, el("caption", { class: "visually-hidden" }, t("Sets of handwriting")),
    el("thead", {}, el("tr", {}, el("td", {}, el("span", {}, t("Sort by"))), ...head)), body));
window.addEventListener("hashchange", () => { restore(); show(); compare(); });
restore();
show();
compare();
