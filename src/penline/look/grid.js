// A grid of very many cells, of which only the rows near the view are in the document.

const GAP = 6, HEAD = 58, MOST_PRINTED = 3000;
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

// Keeps the rows near the view in `grid`; `fill(k, end, head)` gives the cells of a row.
class Rows {
  constructor(grid, fill) {
    this.grid = grid;
    this.fill = fill;
    this.shown = new Map();
    this.rows = layOut(0, [], 1, "inline");
    grid.style.setProperty("--cell", data.cell_px + "px");
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

  draw() {
    const rows = this.rows;
    if (!rows.from.length) return;
    const up = this.grid.getBoundingClientRect().top, view = window.innerHeight;
    const first = lastAtMost(rows.top, -up - view), last = lastAtMost(rows.top, 2 * view - up);
    for (const [r, row] of this.shown) {
      if ((r < first || r > last) && !row.contains(document.activeElement)) {
        row.remove();
        this.shown.delete(r);
      }
    }
    let after = null;
    for (let r = last; r >= first; r -= 1) {
      let row = this.shown.get(r);
      if (!row) {
        row = el("div", { class: rows.isHead[r] ? "row of-head" : "row" });
        row.style.top = rows.top[r] + "px";
        row.append(...this.fill(rows.from[r], rowEnd(rows, r), rows.isHead[r]));
        this.shown.set(r, row);
        this.grid.insertBefore(row, after);
      }
      after = row;
    }
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
