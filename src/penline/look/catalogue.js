// A table of sets with filters that stand in the address, and two to four sets side by side.

const MOST = 4;
const chosen = new Set();
let order = ["id", 1];
const yesNo = (value) => (value ? "yes" : "no");
const scripts = (row) => row.scripts.map((one) => data.scripts[one]).join(", ");
const sizeOf = (row) => (row.size ? count(row.size[1]) + " " + row.size[0] : "");
const among = (key) => [...new Set(data.rows.map((row) => row[key]))].sort();
const open = { yes: "yes", some: "yes, or on a condition", no: "no", unclear: "unclear" };
const allows = (value, wanted) =>
  value === wanted || (wanted === "some" && (value === "yes" || value === "conditional"));

// name in the address, words, choices as [value, words] (or none: a number or a text), test
const FILTERS = [
  ["script", "Script", Object.entries(data.scripts).sort((a, b) => a[1] < b[1] ? -1 : 1),
    (row, value) => row.scripts.includes(value)],
  ["unit", "Unit", ["characters", "words", "lines", "pages", "formulas"],
    (row, value) => row.units.includes(value)],
  ["kind", "Kind", among("kind"), (row, value) => row.kind === value],
  ["pen", "Pen", [["offline", "offline: pictures"], ["online", "online: strokes"]],
    (row, value) => row.pen === value],
  ["writers", "Who wrote what", [["yes", "told by the files"], ["no", "not told"]],
    (row, value) => yesNo(row.writers_known) === value],
  ["commercial", "Commercial use", Object.entries(open), (row, value) => allows(row.commercial, value)],
  ["passing", "Passing on", Object.entries(open), (row, value) => allows(row.redistribution, value)],
  ["readable", "Readable", ["yes", "no"], (row, value) => yesNo(row.readable) === value],
  ["gettable", "Gettable", ["yes", "no"], (row, value) => yesNo(row.gettable) === value],
  ["least", "Size at least", null, (row, value) => row.size !== null && row.size[1] >= Number(value)],
  ["from", "Year from", null, (row, value) => row.year !== null && row.year >= Number(value)],
  ["to", "Year to", null, (row, value) => row.year !== null && row.year <= Number(value)],
];
const fields = new Map();

function field([name, words, choices]) {
  const made = choices
    ? el("select", {}, el("option", { value: "" }, "any"), ...choices.map((one) => {
      const [value, text] = Array.isArray(one) ? one : [one, one];
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
  for (const id of (said.get("compare") || "").split(",").slice(0, MOST)) {
    if (data.rows.some((row) => row.id === id)) chosen.add(id);
  }
}

function fits(row) {
  const words = fields.get("text").value.toLowerCase().split(/\s+/);
  const told = [row.id, row.title, row.publisher, row.licence, row.kind, scripts(row)];
  const all = told.join(" ").toLowerCase();
  return words.every((word) => all.includes(word)) &&
    FILTERS.every(([name, , , test]) => !fields.get(name).value || test(row, fields.get(name).value));
}

const COLUMNS = [
  ["id", "Set", (row) => row.id],
  ["script", "Script", scripts],
  ["kind", "Kind", (row) => row.kind],
  ["size", "Size", (row) => (row.size ? row.size[1] : -1)],
  ["writers", "Writers", (row) => (row.writers === null ? -1 : row.writers)],
  ["year", "Year", (row) => (row.year === null ? -1 : row.year)],
  ["commercial", "Commerce", (row) => row.commercial],
  ["redistribution", "Passing on", (row) => row.redistribution],
  ["state", "penline", (row) => state(row)],
];
const state = (row) =>
  [row.readable ? "readable" : "", row.gettable ? "gettable" : ""].filter(Boolean).join(", ") || "card only";

const link = (row) => el("a", { href: encodeURIComponent(row.id) + ".html" }, row.id);
const body = el("tbody", {});
const heads = new Map();
const status = el("p", { class: "status", role: "status" });

function line(row) {
  const box = el("input", { type: "checkbox", "aria-label": "Compare " + row.id });
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
  const cells = [scripts(row), row.kind, sizeOf(row), row.writers === null ? "" : count(row.writers),
    row.year === null ? "" : String(row.year), row.commercial, row.redistribution, state(row)];
  return el("tr", {}, el("td", { class: "pick" }, box),
    el("th", { scope: "row" }, link(row), el("small", {}, label(row.title))),
    ...cells.map((text, at) => el("td", text ? { "data-name": COLUMNS[at + 1][1] } : {}, text)));
}

function show() {
  const [key, way] = order;
  const value = COLUMNS.find((one) => one[0] === key)[2];
  const rows = data.rows.filter(fits).sort((a, b) => {
    const one = value(a), two = value(b);
    return (one < two ? -1 : one > two ? 1 : a.id < b.id ? -1 : 1) * way;
  });
  body.replaceChildren(...rows.map(line));
  for (const [name, head] of heads) {
    head.setAttribute("aria-sort", name !== key ? "none" : way > 0 ? "ascending" : "descending");
  }
  status.textContent = rows.length === data.rows.length
    ? "All " + count(rows.length) + " sets."
    : count(rows.length) + " of " + count(data.rows.length) + " sets.";
}

const SIDE = [
  ["Title", (row) => row.title], ["Script", scripts], ["Kind", (row) => row.kind],
  ["Units", (row) => row.units.join(", ")], ["Year", (row) => String(row.year ?? "")],
  ["Who wrote what", (row) => (row.writers_known ? "told by the files" : "not told")],
  ["Figures", (row) => row.counts], ["Licence", (row) => row.licence], ["Terms", (row) => row.terms],
  ["Commercial use", (row) => row.commercial], ["Passing on", (row) => row.redistribution],
  ["In penline", state], ["How to get it", (row) => row.access], ["Advice", (row) => row.advice],
];
const beside = el("section", { "aria-live": "polite" });

function compare() {
  const rows = [...chosen].map((id) => data.rows.find((row) => row.id === id));
  if (!rows.length) return beside.replaceChildren();
  const clear = el("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => {
    chosen.clear();
    keep();
    show();
    compare();
    (body.querySelector("input") || text).focus();
  });
  const note = rows.length < 2 ? "Choose one more: up to four stand side by side." :
    "Rows in which they differ are marked.";
  const shown = (value) => Array.isArray(value)
    ? el("ul", {}, ...value.map((one) => el("li", {}, one))) : value;
  beside.replaceChildren(el("h2", {}, "Side by side"), el("p", { class: "note" }, note + " ", clear),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Side by side" },
      el("table", { class: "compared" },
        el("thead", {}, el("tr", {}, el("td", {}), ...rows.map((row) => el("th", { scope: "col" }, link(row))))),
        el("tbody", {}, ...SIDE.map(([name, of]) => {
          const values = rows.map(of);
          const unlike = name !== "Title" && new Set(values.map((one) => JSON.stringify(one))).size > 1;
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
const filters = el("details", { open: innerWidth > 640 }, el("summary", {}, "Filters"),
  el("div", { class: "filters" }, el("label", {}, "Search ( / )", text), ...FILTERS.map(field)));
const reset = el("button", { type: "button" }, "Reset");
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
  el("table", { class: "sets" }, el("caption", { class: "visually-hidden" }, "Sets of handwriting"),
    el("thead", {}, el("tr", {}, el("td", {}), ...head)), body));
window.addEventListener("hashchange", () => { restore(); show(); compare(); });
restore();
show();
compare();
