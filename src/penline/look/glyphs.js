// Glyphs by character and by writer. Each is a button: the arrow keys move, Enter shows its facts.

const glyphs = data.glyphs;
const size = glyphs.c.length;
const perTile = data.columns * data.columns;
const grid = el("div", { class: "grid", role: "group", "aria-label": "Glyphs; arrow keys move" });
const status = el("output", { class: "status", role: "status" });
const title = el("h2", { class: "visually-hidden" });
const cells = Array.from({ length: size }, (_, i) => makeCell(i));
const byCharacter = cells.map((_, i) => i);
const byWriter = byCharacter.slice().sort((a, b) =>
  data.writers[glyphs.w[a]][2] - data.writers[glyphs.w[b]][2] || a - b);
let view = "character";
let query = "";
let current = 0;

function character(i) { return data.characters[glyphs.c[i]][0]; }
function writer(i) { return data.writers[glyphs.w[i]][0]; }
function archive(i) { return data.files[glyphs.f[i]]; }

function ink(i) {
  const place = i % perTile;
  const made = el("span", { class: "ink t" + Math.floor(i / perTile) });
  const x = (place % data.columns) * data.cell_px;
  const y = Math.floor(place / data.columns) * data.cell_px;
  made.style.backgroundPosition = -x + "px " + -y + "px";
  return made;
}

function makeCell(i) {
  const cell = el("button", {
    type: "button", class: "cell", tabindex: "-1", "aria-label": character(i) + ", " + writer(i),
  }, ink(i), el("span", { class: "caption" },
    label(character(i), { class: "of-character" }),
    label(shortWriter(writer(i)), { class: "of-writer" })));
  cell.dataset.i = i;
  return cell;
}

function shortWriter(id) {
  return id.slice(id.indexOf(":") + 1);
}

function facts(i) {
  const place = "record " + count(glyphs.r[i]) + ", byte " + count(glyphs.o[i]);
  return [
    ["character", character(i) + "  " + codePoints(character(i))],
    ["writer", writer(i)],
    ["size", glyphs.x[i] + " × " + glyphs.h[i] + " px"],
    ["archive", archive(i)],
    ["place", place],
    ...(glyphs.p[i] ? [["part", glyphs.p[i]]] : []),
  ];
}

function matches(i) {
  const name = character(i), asked = query.toLowerCase();
  if (!asked) return true;
  const code = /^(?:u\+|0x)?([0-9a-f]{2,6})$/.exec(asked);
  const named = code && (/^(u\+|0x)/.test(asked) || code[1].length > 3);
  if (named && Array.from(name).some((one) => one.codePointAt(0) === parseInt(code[1], 16))) {
    return true;
  }
  if (name === query) return true;
  const several = Array.from(query);
  if ((several.length === 1 || HAN.test(query)) && several.includes(name)) return true;
  return asked.length > 1 && writer(i).toLowerCase().includes(asked);
}

// A group of cells with its head; a character's head is never parted from the first cell.
function characterGroup(i, shown, group) {
  const [name, all] = data.characters[glyphs.c[i]];
  const said = count(shown) + " of " + count(all);
  const head = el("h3", { class: "of-group", title: said + " shown" }, label(name),
    el("span", { class: "code" }, codePoints(name)),
    shown === all ? null : el("span", { class: "code" }, said));
  return [el("div", { class: "first" }, head, group[0]), ...group.slice(1)];
}

function writerGroup(i, shown, group) {
  const [id, all, , known] = data.writers[glyphs.w[i]];
  const said = (shown === all ? "all " : count(shown) + " of ") + count(all) +
    (known ? "" : " · writer not known: these may be several hands");
  return [el("h3", { class: "of-writers" }, label(id),
    el("span", { class: "note" }, said)), ...group];
}

function draw() {
  const order = (view === "character" ? byCharacter : byWriter).filter(matches);
  const key = view === "character" ? glyphs.c : glyphs.w;
  const dressed = view === "character" ? characterGroup : writerGroup;
  const parts = [];
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && key[order[end]] === key[order[start]]) end += 1;
    const group = order.slice(start, end).map((i) => cells[i]);
    parts.push(...dressed(order[start], end - start, group));
    start = end;
  }
  if (!parts.length) {
    const where = size < data.total ? " among the " + count(size) + " on this page." : ".";
    parts.push(el("p", { class: "empty" }, "No glyph matches ", label(query), where));
  }
  grid.className = "grid by-" + view;
  grid.replaceChildren(...parts);
  title.textContent = "Glyphs by " + view;
  status.textContent = query ? count(order.length) + " of " + count(size) + " shown glyphs" : "";
  if (order.length) enter(order.includes(current) ? current : order[0], false);
}

function enter(i, focus) {
  cells[current].tabIndex = -1;
  current = i;
  cells[i].tabIndex = 0;
  if (focus) {
    cells[i].focus();
    if (!dock.hidden) show(i);
  }
}

// The nearest cell in the next row of cells, upwards or downwards.
function nextRow(step) {
  const shown = Array.from(grid.querySelectorAll(".cell"));
  const from = cells[current].getBoundingClientRect();
  let best = null, top = null, least = Infinity;
  for (let at = shown.indexOf(cells[current]) + step; at >= 0 && at < shown.length; at += step) {
    const box = shown[at].getBoundingClientRect();
    if (Math.abs(box.top - from.top) < 2) continue;
    if (top === null) top = box.top;
    if (Math.abs(box.top - top) > 2) break;
    const away = Math.abs(box.left - from.left);
    if (away < least) [best, least] = [shown[at], away];
  }
  return best;
}

function move(event) {
  const shown = () => Array.from(grid.querySelectorAll(".cell"));
  const beside = (step) => shown()[shown().indexOf(cells[current]) + step];
  const moves = {
    ArrowRight: () => beside(1), ArrowLeft: () => beside(-1),
    ArrowDown: () => nextRow(1), ArrowUp: () => nextRow(-1),
    Home: () => shown()[0], End: () => shown().at(-1),
  };
  if (!event.target.classList.contains("cell") || !(event.key in moves)) return;
  event.preventDefault();
  const next = moves[event.key]();
  if (next) enter(Number(next.dataset.i), true);
}

const dock = document.getElementById("dock");

function show(i) {
  for (const cell of grid.querySelectorAll(".chosen")) cell.classList.remove("chosen");
  cells[i].classList.add("chosen");
  const close = el("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  close.addEventListener("click", hide);
  const rows = facts(i).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, label(value))));
  dock.replaceChildren(el("div", { class: "large" }, ink(i)),
    el("dl", { "aria-live": "polite" }, ...rows), close);
  dock.hidden = false;
}

function hide() {
  dock.hidden = true;
  for (const cell of grid.querySelectorAll(".chosen")) cell.classList.remove("chosen");
  if (size) cells[current].focus({ preventScroll: true });
}

function build() {
  const views = ["character", "writer"].map((name) => {
    const button = toggle("By " + name, name === view, {});
    button.addEventListener("click", () => {
      view = name;
      for (const one of views) one.setAttribute("aria-pressed", String(one === button));
      draw();
    });
    return button;
  });
  const help = "A character, a code point such as U+6C38, or a part of a writer's id";
  document.getElementById("tools").append(
    el("div", { class: "choice", role: "group", "aria-label": "Order" }, ...views),
    searchBox("永, U+6C38 or casia:001", help, (text) => { query = text; draw(); }), status);
  document.getElementById("content").append(title, grid);
  grid.addEventListener("keydown", move);
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    enter(Number(cell.dataset.i), false);
    show(current);
  });
  grid.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && !cell.title) cell.title = facts(Number(cell.dataset.i)).map((f) => f[1]).join("\n");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dock.hidden) hide();
  });
  draw();
}

build();
