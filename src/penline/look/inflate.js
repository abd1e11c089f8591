// A glyph's ink: deflated by itself (RFC 1951), in blocks of base64 that follow this script. All of
// it is done at once, so a cell that comes into view is never painted empty.

const unpacked = new Map();
const LENGTH_BASE = [], LENGTH_BITS = [], FAR_BASE = [], FAR_BITS = [];
for (let k = 0, base = 3; k < 28; k += 1) {
  LENGTH_BITS.push(k < 8 ? 0 : (k >> 2) - 1);
  LENGTH_BASE.push(base);
  base += 1 << LENGTH_BITS[k];
}
LENGTH_BASE.push(258);
LENGTH_BITS.push(0);
for (let k = 0, base = 1; k < 30; k += 1) {
  FAR_BITS.push(k < 4 ? 0 : (k >> 1) - 1);
  FAR_BASE.push(base);
  base += 2 ** FAR_BITS[k];
}
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const FIXED = [
  table(Array.from({ length: 288 }, (_, k) => (k < 144 ? 8 : k < 256 ? 9 : k < 280 ? 7 : 8))),
  table(Array(30).fill(5)),
];

// Canonical codes: how many there are of each length, and their symbols in order.
function table(lengths) {
  const counts = new Uint16Array(16), next = new Uint16Array(17);
  const symbols = new Uint16Array(lengths.length);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  for (let length = 1; length < 16; length += 1) next[length + 1] = next[length] + counts[length];
  lengths.forEach((length, symbol) => { if (length) symbols[next[length]++] = symbol; });
  return { counts, symbols };
}

function inflate(source, out) {
  let at = 0, held = 0, bits = 0, end = 0;
  function take(n) {
    while (bits < n) {
      if (at >= source.length) throw new Error("ink that breaks off");
      held |= source[at++] << bits;
      bits += 8;
    }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    bits -= n;
    return value;
  }
  function symbol(codes) {
    let code = 0, first = 0, index = 0;
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      const count = codes.counts[length];
      if (code - first < count) return codes.symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("ink with an unknown code");
  }
  function tables() {
    const literals = take(5) + 257, fars = take(5) + 1, codes = take(4) + 4;
    const own = Array(19).fill(0);
    for (let k = 0; k < codes; k += 1) own[CODE_ORDER[k]] = take(3);
    const codeTable = table(own), lengths = [];
    while (lengths.length < literals + fars) {
      const one = symbol(codeTable);
      if (one < 16) lengths.push(one);
      else {
        const times = one === 16 ? 3 + take(2) : one === 17 ? 3 + take(3) : 11 + take(7);
        const value = one === 16 ? lengths[lengths.length - 1] : 0;
        for (let k = 0; k < times; k += 1) lengths.push(value);
      }
    }
    return [table(lengths.slice(0, literals)), table(lengths.slice(literals))];
  }
  for (let last = 0; !last;) {
    last = take(1);
    const kind = take(2);
    if (kind === 0) {
      held = bits = 0;
      const size = source[at] | source[at + 1] << 8;
      out.set(source.subarray(at + 4, at + 4 + size), end);
      at += 4 + size;
      end += size;
      continue;
    }
    const [literals, fars] = kind === 1 ? FIXED : tables();
    for (let one = symbol(literals); one !== 256; one = symbol(literals)) {
      if (one < 256) {
        out[end++] = one;
        continue;
      }
      const length = LENGTH_BASE[one - 257] + take(LENGTH_BITS[one - 257]);
      const far = symbol(fars), from = end - FAR_BASE[far] - take(FAR_BITS[far]);
      for (let k = 0; k < length; k += 1) out[end + k] = out[from + k];
      end += length;
    }
  }
  return end;
}

// The block's bytes and where its cells begin; null while the file is still being read.
function block(number) {
  if (unpacked.has(number)) return unpacked.get(number);
  const found = document.getElementById("ink" + number);
  if (!found || (document.readyState === "loading" && !found.nextSibling)) return null;
  const raw = atob(found.textContent);
  const bytes = Uint8Array.from(raw, (one) => one.charCodeAt(0));
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

// Paint glyph i into its canvas; false while its block has not been read.
function paint(canvas, i) {
  const found = block(Math.floor(i / data.block_cells));
  if (!found) return false;
  const at = i % data.block_cells;
  inflate(found.bytes.subarray(found.starts[at], found.starts[at + 1]), packedInk);
  const side = data.cell_px, context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  const step = 255 / (data.steps - 1);
  for (let k = 0; k < packedInk.length; k += 1) {
    image.data[8 * k + 3] = (packedInk[k] >> 4) * step;
    image.data[8 * k + 7] = (packedInk[k] & 15) * step;
  }
  context.putImageData(image, 0, 0);
  return true;
}

const waiting = new Map();

// The ink of glyph i; painted now, or as soon as its block is there.
function ink(i) {
  const canvas = el("canvas", { class: "ink", width: data.cell_px, height: data.cell_px });
  if (!paint(canvas, i)) {
    if (!waiting.size) requestAnimationFrame(paintWaiting);
    waiting.set(canvas, i);
  }
  return canvas;
}

function paintWaiting() {
  for (const [canvas, i] of waiting) if (paint(canvas, i)) waiting.delete(canvas);
  if (waiting.size) requestAnimationFrame(paintWaiting);
}
