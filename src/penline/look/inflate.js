// A glyph's ink: deflated by itself with the fixed codes of RFC 1951 (3.2.6), in blocks of base64 that
// follow this script. All is done at once, so a cell that comes into view is never painted empty.

const unpacked = new Map();
const LENGTH_BASE = new Uint16Array(29), LENGTH_BITS = new Uint8Array(29);
const FAR_BASE = new Uint16Array(30), FAR_BITS = new Uint8Array(30);
for (let k = 0, base = 3; k < 28; k += 1) {
  LENGTH_BITS[k] = k < 8 ? 0 : (k >> 2) - 1;
  LENGTH_BASE[k] = base;
  base += 1 << LENGTH_BITS[k];
}
LENGTH_BASE[28] = 258;
for (let k = 0, base = 1; k < 30; k += 1) {
  FAR_BITS[k] = k < 4 ? 0 : (k >> 1) - 1;
  FAR_BASE[k] = base;
  base += 1 << FAR_BITS[k];
}

function reversed(code, bits) {
  let made = 0;
  for (let k = 0; k < bits; k += 1) made |= (code >> k & 1) << (bits - 1 - k);
  return made;
}

// Nine bits as they come -> the symbol, and above it how many of the bits it takes.
const SYMBOLS = new Uint16Array(512);
for (let symbol = 0; symbol < 288; symbol += 1) {
  const bits = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
  const first = symbol < 144 ? 48 : symbol < 256 ? 256 : symbol < 280 ? -256 : -88;
  const code = reversed(symbol + first, bits);
  for (let more = code; more < 512; more += 1 << bits) SYMBOLS[more] = symbol | bits << 12;
}
for (let symbol = 144; symbol < 256; symbol += 1) {
  SYMBOLS[reversed(symbol + 256, 9)] = symbol | 9 << 12;
}
const FARS = Uint8Array.from({ length: 32 }, (_, bits) => reversed(bits, 5));

// The bytes of `source` from `at` on, inflated into `out`.
function inflate(source, at, out) {
  let held = source[at] | source[at + 1] << 8, bits = 13, end = 0;
  if ((held & 7) === 1) {  // as it is: ink that is all noise
    const size = source[at + 1] | source[at + 2] << 8;
    out.set(source.subarray(at + 5, at + 5 + size));
    return;
  }
  if ((held & 7) !== 3) throw new Error("ink of an unknown kind");
  held >>= 3;
  at += 2;
  for (;;) {
    while (bits < 16) {
      held |= source[at++] << bits;
      bits += 8;
    }
    const found = SYMBOLS[held & 511], symbol = found & 4095;
    held >>>= found >> 12;
    bits -= found >> 12;
    if (symbol < 256) {
      out[end++] = symbol;
      continue;
    }
    if (symbol === 256) return;
    while (bits < 24) {
      held |= source[at++] << bits;
      bits += 8;
    }
    let extra = LENGTH_BITS[symbol - 257];
    const length = LENGTH_BASE[symbol - 257] + (held & (1 << extra) - 1);
    held >>>= extra;
    bits -= extra;
    const far = FARS[held & 31];
    extra = FAR_BITS[far];
    held >>>= 5;
    bits -= 5;
    const from = end - FAR_BASE[far] - (held & (1 << extra) - 1);
    held >>>= extra;
    bits -= extra;
    if (from < 0 || end + length > out.length) throw new Error("ink that points outside");
    for (let k = 0; k < length; k += 1) out[end + k] = out[from + k];
    end += length;
  }
}

// The block's bytes and where its cells begin; null while the file is still being read.
function block(number) {
  if (unpacked.has(number)) return unpacked.get(number);
  const found = document.getElementById("ink" + number);
  if (!found || (document.readyState === "loading" && !found.nextSibling)) return null;
  const raw = atob(found.textContent);
  const bytes = new Uint8Array(raw.length);
  for (let k = 0; k < raw.length; k += 1) bytes[k] = raw.charCodeAt(k);
  const cells = Math.min(data.block_cells, data.glyphs.c.length - number * data.block_cells);
  const starts = new Uint32Array(cells + 1);
  starts[0] = 2 * cells;
  for (let k = 0; k < cells; k += 1) {
    starts[k + 1] = starts[k] + (bytes[2 * k] | bytes[2 * k + 1] << 8);
  }
  found.remove();
  unpacked.set(number, { bytes, starts });
  return unpacked.get(number);
}

const packedInk = new Uint8Array(data.cell_px * data.cell_px / 2);
const picture = new ImageData(data.cell_px, data.cell_px);

// Paint glyph i at a place of a canvas; false while its block has not been read.
function paint(canvas, x, y, i) {
  const found = block(Math.floor(i / data.block_cells));
  if (!found) return false;
  inflate(found.bytes, found.starts[i % data.block_cells], packedInk);
  const step = 255 / (data.steps - 1), alpha = picture.data;
  for (let k = 0; k < packedInk.length; k += 1) {
    alpha[8 * k + 3] = (packedInk[k] >> 4) * step;
    alpha[8 * k + 7] = (packedInk[k] & 15) * step;
  }
  // kept in memory, where small pictures are put at once
  canvas.getContext("2d", { willReadFrequently: true }).putImageData(picture, x, y);
  return true;
}

let waiting = [];

// Glyph i in its place: now, or as soon as its block is there.
function drawInk(...place) {
  if (paint(...place)) return;
  if (!waiting.length) requestAnimationFrame(paintWaiting);
  waiting.push(place);
}

function paintWaiting() {
  waiting = waiting.filter((place) => !paint(...place));
  if (waiting.length) requestAnimationFrame(paintWaiting);
}

// The ink of glyph i by itself.
function ink(i) {
  const canvas = el("canvas", { class: "ink", width: data.cell_px, height: data.cell_px });
  drawInk(canvas, 0, 0, i);
  return canvas;
}
