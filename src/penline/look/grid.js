// A grid of very many cells, of which only the rows near the view are in the document.

const GAP = 6, HEAD = 58, MOST_PRINTED = 3000;
const NEAR = 1;  // windows drawn at once above and below the one in view
const FAR = 5;  // and so many while there is time, so that a wheel never runs ahead of the page
const cellWide = data.cell_px + 4, cellHigh = data.cell_px + 24;

// Which cells stand in which row. `heads`: "inline", a head takes the place before its first cell;
// "row", it has a row of its own. `starts[k]`: a group begins at k.
function layOut(size, starts, columns, heads) {
  const from = [], top = [], isHead = [];
  let y = 0, slots = 0;
  function row(k, head) {
    from.push(k);
    top.push(y);
    isHead.push(head);
    y += (head ? HEAD : cellHigh) + GAP;
    slots = 0;
  }
  for (let k = 0; k < size; k += 1) {
    const wanted = starts[k] && heads === "inline" ? 2 : 1;
    if (starts[k] && heads === "row") {
      row(k, true);
      row(k, false);
    } else if (!from.length || slots + wanted > columns) row(k, false);
    slots += wanted;
  }
  return { from, top, isHead, high: y, size };
}

function rowEnd(rows, r) {
  if (rows.isHead[r]) return rows.from[r];
  return r + 1 < rows.from.length ? rows.from[r + 1] : rows.size;
}

// The last row for which `tops` (or whatever rises) is at most `value`.
function lastAtMost(tops, value) {
  let low = 0, high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function whenIdle(work) {
  if (window.requestIdleCallback) return window.requestIdleCallback(work);
  return setTimeout(() => work({ timeRemaining: () => 8 }), 30);
}

// Keeps the rows near the view in `grid`; `fill(k, end, head)` gives the cells of a row.
class Rows {
  constructor(grid, fill) {
    this.grid = grid;
    this.fill = fill;
    this.shown = new Map();
    this.rows = layOut(0, [], 1, "inline");
    grid.style.setProperty("--cell", data.cell_px + "px");
    this.later = null;
    document.addEventListener("scroll", () => this.draw(), { passive: true });
  }

  columns() {
    return Math.max(2, Math.floor((this.grid.clientWidth + GAP) / (cellWide + GAP)));
  }

  place(rows) {
    this.rows = rows;
    this.shown.clear();
    this.grid.replaceChildren();
    this.grid.style.height = rows.high + "px";
    this.draw();
  }

  // Rows from so many windows above the view to so many below it.
  span(windows) {
    const up = this.grid.getBoundingClientRect().top, view = window.innerHeight;
    return [lastAtMost(this.rows.top, -up - windows * view),
      lastAtMost(this.rows.top, (1 + windows) * view - up)];
  }

  draw() {
    if (!this.rows.from.length) return;
    const [least, most] = this.span(FAR), [first, last] = this.span(NEAR);
    for (const [r, row] of this.shown) {
      if ((r < least || r > most) && !row.contains(document.activeElement)) {
        row.remove();
        this.shown.delete(r);
      }
    }
    for (let r = first; r <= last; r += 1) this.add(r);
    this.later ||= whenIdle((time) => this.ahead(time));
  }

  // More rows, nearest first, as long as nothing else is to be done.
  ahead(time) {
    this.later = null;
    if (!this.rows.from.length) return;
    const [least, most] = this.span(FAR), [first, last] = this.span(NEAR);
    for (let up = first - 1, down = last + 1; up >= least || down <= most; up -= 1, down += 1) {
      if (time.timeRemaining() < 2) {
        this.later = whenIdle((more) => this.ahead(more));
        return;
      }
      if (down <= most) this.add(down);
      if (up >= least) this.add(up);
    }
  }

  // Row r, in its place among the others.
  add(r) {
    if (this.shown.has(r)) return;
    const rows = this.rows, row = el("div", { class: rows.isHead[r] ? "row of-head" : "row" });
    row.style.top = rows.top[r] + "px";
    row.append(...this.fill(rows.from[r], rowEnd(rows, r), rows.isHead[r]));
    row.dataset.r = r;
    let before = this.grid.lastElementChild;
    while (before && Number(before.dataset.r) > r) before = before.previousElementSibling;
    this.grid.insertBefore(row, before ? before.nextSibling : this.grid.firstChild);
    this.shown.set(r, row);
  }

  // The row that holds cell k, and how far to the right it stands there.
  find(k) {
    let r = lastAtMost(this.rows.from, k);
    if (this.rows.isHead[r]) r += 1;
    return r;
  }

  reveal(k) {
    const r = this.find(k), tools = document.getElementById("tools").offsetHeight + GAP;
    const top = this.rows.top[r] + this.grid.getBoundingClientRect().top;
    if (top < tools) window.scrollBy(0, top - tools);
    else if (top + cellHigh > window.innerHeight) {
      window.scrollBy(0, top + cellHigh - window.innerHeight + GAP);
    }
    this.draw();
  }
}
