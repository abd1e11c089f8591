// Glyphs by character and by writer. Each is a button: the arrow keys move, Enter shows its facts.

const glyphs = data.glyphs;
const size = glyphs.c.length;
const grid = el("div", { class: "grid", role: "group", "aria-label": t("Glyphs; arrow keys move") });
const status = el("output", { class: "status", role: "status" });
const title = el("h2", { class: "visually-hidden" });
const byCharacter = Uint32Array.from({ length: size }, (_, i) => i);
let byWriter = null;
const odd = new Map(data.odd);
const rows = new Rows(grid, fillRow);
let view = "character";
let query = "";
let onlyOdd = false;
let order = byCharacter;
let starts = new Uint8Array(size);
let current = 0;  // place in `order`
let columns = 0;

// Writers in the source's order, each one's glyphs as they stand; made when it is asked for.
function ofWriters() {
  const groups = data.writers.map(() => []);
  for (let i = 0; i < size; i += 1) groups[glyphs.w[i]].push(i);
  const ids = groups.map((_, w) => w).sort((a, b) => data.writers[a][2] - data.writers[b][2]);
  return Uint32Array.from(ids.flatMap((w) => groups[w]));
}

function character(i) { return data.characters[glyphs.c[i]][0]; }
function writer(i) { return data.writers[glyphs.w[i]][0]; }
function archive(i) { return data.files[glyphs.f[i]]; }

// Cell k as a button; its ink is in the row's own canvas, or with `alone` in one of its own.
function makeCell(k, alone) {
  const i = order[k], why = odd.get(i);
  const name = character(i) + ", " + writer(i) + (why ? ", " + meanings(why) : "") + ", " +
    t("{shown} of {all}", { shown: count(k + 1), all: count(order.length) });
  const cell = el("button", {
    type: "button", class: "cell" + (why ? " odd" : ""), tabindex: k === current ? "0" : "-1",
    "aria-label": name,
    "data-k": k, "data-i": i,
  }, alone ? ink(i) : null, el("span", { class: "caption" },
    label(view === "character" ? shortWriter(writer(i)) : character(i))));
  if (i === chosen) cell.classList.add("chosen");
  return cell;
}

function shortWriter(id) {
  return id.slice(id.indexOf(":") + 1);
}

function meanings(flags) {
  return flags.map((flag) => t(data.flags[flag])).join(", ");
}

function facts(i) {
  const place = t("record {record}, byte {byte}", { record: count(glyphs.r[i]), byte: count(glyphs.o[i]) });
  const part = data.parts[glyphs.p[i]];
  return [
    [t("character"), character(i) + "  " + codePoints(character(i))],
    [t("writer"), writer(i)],
    [t("size"), glyphs.x[i] + " × " + glyphs.h[i] + " px"],
    [t("archive"), archive(i)],
    [t("place"), place],
    ...(part ? [[t("part"), part]] : []),
    ...(odd.has(i) ? [[t("odd"), meanings(odd.get(i))]] : []),
  ];
}

// Which characters and writers a search asks for; all of them match an empty one.
function asked() {
  const small = query.toLowerCase();
  const code = /^(?:u\+|0x)?([0-9a-f]{2,6})$/.exec(small);
  const named = code && (/^(u\+|0x)/.test(small) || code[1].length > 3);
  const several = Array.from(query), each = several.length === 1 || HAN.test(query);
  const characters = data.characters.map(([name]) => name === query ||
    (named && Array.from(name).some((one) => one.codePointAt(0) === parseInt(code[1], 16))) ||
    (each && several.includes(name)));
  const writers = data.writers.map(([id]) => small.length > 1 && id.toLowerCase().includes(small));
  return (i) => !query || characters[glyphs.c[i]] || writers[glyphs.w[i]];
}

function groupEnd(k) {
  let end = k + 1;
  while (end < order.length && !starts[end]) end += 1;
  return end;
}

function characterHead(k) {
  const [name, all] = data.characters[glyphs.c[order[k]]];
  const shown = groupEnd(k) - k, said = t("{shown} of {all}", { shown: count(shown), all: count(all) });
  return el("h3", { class: "of-group", title: t("{shown} of {all} shown", { shown: count(shown), all: count(all) }) }, label(name),
    el("span", { class: "code" }, codePoints(name)),
    shown === all ? null : el("span", { class: "code" }, said));
}

function writerHead(k) {
  const [id, all, , known] = data.writers[glyphs.w[order[k]]];
  const shown = groupEnd(k) - k;
  const said = (shown === all ? t("all {all}", { all: count(all) })
    : t("{shown} of {all}", { shown: count(shown), all: count(all) })) +
    (known ? "" : " · " + t("writer not known: these may be several hands"));
  return el("h3", { class: "of-writers" }, label(id), el("span", { class: "note" }, said));
}

function fillRow(from, end, head) {
  if (head) return [writerHead(from)];
  const cells = [], wide = cellWide + GAP;
  const strip = el("canvas", {
    class: "ink strip", width: columns * wide, height: data.cell_px, "aria-hidden": "true",
  });
  for (let k = from; k < end; k += 1) {
    if (starts[k] && view === "character") cells.push(characterHead(k));
    drawInk(strip, cells.length * wide + 2, 0, order[k]);
    cells.push(makeCell(k));
  }
  return [...cells, strip];
}

function draw() {
  const matches = asked(), kept = order[current];
  if (view === "writer") byWriter ||= ofWriters();
  const all = view === "character" ? byCharacter : byWriter;
  order = query || onlyOdd ? all.filter((i) => matches(i) && (!onlyOdd || odd.has(i))) : all;
  const key = view === "character" ? glyphs.c : glyphs.w;
  starts = new Uint8Array(order.length);
  order.forEach((i, k) => { starts[k] = !k || key[i] !== key[order[k - 1]]; });
  current = Math.max(0, order.indexOf(kept));
  grid.className = "grid by-" + view;
  arrange();
  title.textContent = onlyOdd
    ? (view === "character" ? t("Odd glyphs by character") : t("Odd glyphs by writer"))
    : (view === "character" ? t("Glyphs by character") : t("Glyphs by writer"));
  status.textContent = query || onlyOdd
    ? t("{shown} of {all} shown glyphs", { shown: count(order.length), all: count(size) }) : "";
  if (!order.length) {
    const where = size < data.total ? t(" among the {count} on this page.", { count: count(size) }) : t(".");
    grid.style.height = "";
    grid.replaceChildren(el("p", { class: "empty" }, t("No glyph matches "), label(query), where));
  }
}

function arrange() {
  columns = rows.columns();
  rows.place(layOut(order.length, starts, columns, view === "character" ? "inline" : "row"));
}

function cellAt(k) {
  return grid.querySelector('.cell[data-k="' + k + '"]');
}

function enter(k, focus) {
  for (const cell of grid.querySelectorAll('.cell[tabindex="0"]')) cell.tabIndex = -1;
  current = k;
  if (focus) rows.reveal(k);
  const cell = cellAt(k);
  if (!cell) return;
  cell.tabIndex = 0;
  if (focus) {
    cell.focus({ preventScroll: true });
    if (!dock.hidden) show(order[k]);
  }
}

// The cell above or below: the nearest one in the next row of cells, `steps` rows away.
function vertical(steps) {
  const found = rows.rows, slot = (k, r) => k - found.from[r] + (view === "character"
    ? starts.subarray(found.from[r], k + 1).reduce((sum, one) => sum + one, 0) : 0);
  let r = rows.find(current), left = Math.abs(steps);
  const wanted = slot(current, r), way = Math.sign(steps);
  for (let next = r + way; left && next >= 0 && next < found.from.length; next += way) {
    if (found.isHead[next]) continue;
    r = next;
    left -= 1;
  }
  let best = found.from[r];
  for (let k = best; k < rowEnd(found, r); k += 1) if (slot(k, r) <= wanted) best = k;
  return best;
}

function move(event) {
  const page = Math.max(1, Math.floor(window.innerHeight / (cellHigh + GAP)) - 1);
  const moves = {
    ArrowRight: () => current + 1, ArrowLeft: () => current - 1,
    ArrowDown: () => vertical(1), ArrowUp: () => vertical(-1),
    PageDown: () => vertical(page), PageUp: () => vertical(-page),
    Home: () => 0, End: () => order.length - 1,
  };
  if (!event.target.classList.contains("cell") || !(event.key in moves)) return;
  event.preventDefault();
  const next = moves[event.key]();
  if (next >= 0 && next < order.length) enter(next, true);
}

const dock = document.getElementById("dock");
let chosen = -1;

function markChosen(i) {
  chosen = i;
  for (const cell of grid.querySelectorAll(".cell")) {
    cell.classList.toggle("chosen", Number(cell.dataset.i) === i);
  }
}

function show(i) {
  markChosen(i);
  const close = el("button", { type: "button", class: "close", "aria-label": t("Close") }, "×");
  close.addEventListener("click", hide);
  const told = facts(i).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, label(value))));
  dock.replaceChildren(el("div", { class: "large" }, ink(i)),
    el("dl", { "aria-live": "polite" }, ...told), close);
  dock.hidden = false;
}

function hide() {
  dock.hidden = true;
  markChosen(-1);
  if (order.length) enter(current, true);
}

// On paper all rows stand one after the other, as wide as the paper, down to a bound.
function forPrint() {
  const many = Math.min(order.length, MOST_PRINTED), cells = [];
  for (let k = 0; k < many; k += 1) {
    if (starts[k]) cells.push(view === "character" ? characterHead(k) : writerHead(k));
    cells.push(makeCell(k, true));
  }
  if (many < order.length) {
    cells.unshift(el("p", { class: "note of-writers" }, t(
      "The first {shown} of {all} glyphs; search on the page to print others.",
      { shown: count(many), all: count(order.length) })));
  }
  rows.shown.clear();
  grid.classList.add("printed");
  grid.replaceChildren(...cells);
}

function choices(names, pressed, change) {
  const buttons = names.map(([name, words]) => {
    const button = toggle(words, name === pressed, {});
    button.addEventListener("click", () => {
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      change(name);
    });
    return button;
  });
  return el("div", { class: "choice", role: "group", "aria-label": t("Order") }, ...buttons);
}

function oddButton() {
  const button = toggle(t("Odd ones ({count})", { count: count(odd.size) }), false, {
    title: t("Unlike the others of their character, nearly blank, perhaps cut off, or there twice; {count} glyphs were compared. A hint for a person who looks, not a verdict.", { count: count(data.judged) }),
  });
  button.addEventListener("click", () => {
    onlyOdd = !onlyOdd;
    button.setAttribute("aria-pressed", String(onlyOdd));
    draw();
  });
  return button;
}

function build() {
  const help = t("A character, a code point such as U+6C38, or a part of a writer's id");
  document.getElementById("head").append(damage(data.damage, t("Damaged records"), data.damaged));
  document.getElementById("tools").append(
    choices([["character", t("By character")], ["writer", t("By writer")]], view, (name) => { view = name; draw(); }),
    odd.size ? oddButton() : "",
    searchBox(t("永, U+6C38 or casia:001"), help, (text) => { query = text; draw(); }), status);
  document.getElementById("content").append(title, grid, plots());
  grid.addEventListener("keydown", move);
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) current = Number(cell.dataset.k);
  });
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (!cell) return;
    enter(Number(cell.dataset.k), false);
    show(order[current]);
  });
  grid.addEventListener("pointerover", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && !cell.title) cell.title = facts(Number(cell.dataset.i)).map((f) => f[1]).join("\n");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dock.hidden) hide();
    // the first cell in view is what Tab leads to, wherever the page was scrolled
    if (event.key === "Tab" && !grid.contains(document.activeElement) && !cellAt(current)) {
      const seen = Array.from(grid.querySelectorAll(".cell"))
        .find((cell) => cell.getBoundingClientRect().top > 0);
      if (seen) enter(Number(seen.dataset.k), false);
    }
  });
  window.addEventListener("beforeprint", forPrint);
  window.addEventListener("afterprint", () => {
    grid.classList.remove("printed");
    arrange();
  });
  window.addEventListener("resize", () => {
    if (rows.columns() === columns) rows.draw();
    else {
      const up = -grid.getBoundingClientRect().top;
      const first = up > 0 ? rows.rows.from[lastAtMost(rows.rows.top, up)] : -1;
      arrange();
      if (first >= 0) window.scrollBy(0, rows.rows.top[rows.find(first)] - up);
    }
  });
  draw();
  performance.mark("penline: drawn");
}

build();
