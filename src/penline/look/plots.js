// Distributions as bars; the same numbers stand in a table below each.

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function range([low, high]) {
  return low === high ? count(low) : count(low) + " to " + count(high);
}

function plot(one) {
  const wide = 280, high = 92, most = Math.max(...one.bins.map((bin) => bin[2]), 1);
  const step = wide / one.bins.length, [least, low, middle, up, top] = one.marks;
  const said = count(one.total) + " " + one.each + ": " + (least === top
    ? "all " + count(top) + " " + one.unit
    : "median " + count(middle) + " " + one.unit + ", 90 % from " + count(low) + " to " + count(up));
  const bars = one.bins.map((bin, k) => {
    const tall = bin[2] ? Math.max(1.5, bin[2] / most * high) : 0;
    return svg("rect", {
      x: (k * step + 0.5).toFixed(2), y: (high - tall).toFixed(2),
      width: Math.max(0.5, step - 1).toFixed(2), height: tall.toFixed(2),
    }, svg("title", {}, range(bin) + " " + one.unit + ": " + count(bin[2])));
  });
  const picture = svg("svg", {
    viewBox: "0 0 " + wide + " " + (high + 1), role: "img", "aria-label": one.title + ": " + said,
  }, ...bars, svg("line", { x1: 0, x2: wide, y1: high + 0.5, y2: high + 0.5 }));
  return el("figure", { class: "plot" }, el("h3", {}, one.title), picture,
    el("div", { class: "ends", "aria-hidden": "true" },
      el("span", {}, count(least)), el("span", {}, count(top) + " " + one.unit)),
    el("figcaption", {}, said + (one.of ? " (" + one.of + ")" : "") + "."),
    el("details", {}, el("summary", {}, "Numbers"),
      el("table", {}, el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, one.unit), el("th", { scope: "col" }, one.each))),
      el("tbody", {}, ...one.bins.filter((bin) => bin[2]).map((bin) => el("tr", {},
        el("th", { scope: "row" }, range(bin)),
        el("td", { class: "number" }, count(bin[2]))))))));
}

function plots() {
  if (!(data.plots || []).length) return "";
  return el("details", { class: "plots", open: true }, el("summary", {}, "Distributions"),
    el("div", { class: "row" }, ...data.plots.map(plot)));
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
        alt: "The record’s bytes as grey values, " + row.how, title: row.how,
      }) : null,
      el("div", {}, row.kind ? el("strong", {}, row.kind) : null, label(row.file),
        el("p", { class: "meta" }, label(row.place)), el("p", {}, label(row.says)),
        row.how ? el("p", { class: "meta" }, "Picture: " + row.how) : null)))),
    left > 0 ? el("p", { class: "note" }, "… and " + count(left) + " more.") : null);
}

document.getElementById("head").append(plots());
