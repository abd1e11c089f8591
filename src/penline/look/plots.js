// Distributions as bars; the same numbers stand in a table below each.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function range([low, high]) {
  return low === high ? count(low) : t("{low} to {high}", { low: count(low), high: count(high) });
}

function plot(one) {
  const wide = 280, high = 92, most = Math.max(...one.bins.map((bin) => bin[2]), 1);
  const step = wide / one.bins.length, [least, low, middle, up, top] = one.marks;
  const said = t("{total}: median {middle}, 90 % from {low} to {up}", {
    total: many(one.total, one.each), middle: many(middle, one.unit), low: count(low), up: count(up),
  });
  const bars = one.bins.map((bin, k) => {
    const tall = bin[2] ? Math.max(1.5, bin[2] / most * high) : 0;
    return svg("rect", {
      x: (k * step + 0.5).toFixed(2), y: (high - tall).toFixed(2),
      width: Math.max(0.5, step - 1).toFixed(2), height: tall.toFixed(2),
    }, svg("title", {}, range(bin) + " " + t(one.unit) + ": " + count(bin[2])));
  });
  const picture = svg("svg", {
    viewBox: "0 0 " + wide + " " + (high + 1), role: "img", "aria-label": t(one.title) + ": " + said,
  }, ...bars, svg("line", { x1: 0, x2: wide, y1: high + 0.5, y2: high + 0.5 }));
  return el("figure", { class: "plot" }, el("h3", {}, t(one.title)), picture,
    el("div", { class: "ends", "aria-hidden": "true" },
      el("span", {}, count(least)), el("span", {}, count(top) + " " + t(one.unit))),
    el("figcaption", {}, said + (one.of ? t(" ({of})", { of: t(one.of) }) : "") + t(".")),
    el("details", {}, el("summary", {}, t("Numbers")),
      el("table", {}, el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, t(one.unit)), el("th", { scope: "col" }, t(one.each)))),
      el("tbody", {}, ...one.bins.filter((bin) => bin[2]).map((bin) => el("tr", {},
        el("th", { scope: "row" }, range(bin)),
        el("td", { class: "number" }, count(bin[2]))))))));
}

// A distribution of one value is a sentence, and no picture.
function sentence(one) {
  return el("p", { class: "note" }, t("{title}: {value} each, of all {total}", {
    title: t(one.title), value: many(one.marks[0], one.unit), total: many(one.total, one.each),
  }), one.of ? t(" ({of})", { of: t(one.of) }) : "", t("."));
}

// They come after what the sheet is for; the head leads to them.
function plots() {
  const same = (one) => one.marks[0] === one.marks[4];
  const all = data.plots || [], drawn = all.filter((one) => !same(one));
  if (!all.length) return "";
  document.getElementById("head").append(el("p", {}, el("a", { href: "#plots" }, t("Distributions"))));
  return el("details", { class: "plots", id: "plots", open: true }, el("summary", {}, t("Distributions")),
    drawn.length ? el("div", { class: "row" }, ...drawn.map(plot)) : null,
    ...all.filter(same).map(sentence));
}

// Damaged records, and findings of a census, with a picture of what is there.
function damage(rows, title, total) {
  if (!rows.length) return "";
  const left = total - rows.length;
  return el("details", { class: "damage", open: rows.length <= 12 },
    el("summary", {}, title + ": " + count(total)),
    el("ul", {}, ...rows.map((row) => el("li", {},
      row.src ? el("img", {
        src: row.src, width: row.width, height: row.height, loading: "lazy",
        alt: t("The record’s bytes as grey values, {how}", { how: told(row.how) }), title: told(row.how),
      }) : null,
      el("div", {}, row.kind ? el("strong", {}, t(row.kind)) : null, label(row.file),
        el("p", { class: "meta" }, label(told(row.place))), el("p", {}, label(told(row.says))),
        row.how ? el("p", { class: "meta" }, t("Picture: {how}", { how: told(row.how) })) : null)))),
    left > 0 ? el("p", { class: "note" }, t("… and {count} more.", { count: count(left) })) : null);
}
