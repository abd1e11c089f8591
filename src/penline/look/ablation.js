// Errors of the arms, their learning curves, what was taken for what, and the worst lines.

const COLOURS = ["#3b6fb6", "#c0562b", "#3f8f5b", "#8a5cb8", "#b08900", "#b8436f", "#4c8f95", "#777"];

function table(title, columns, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
    el("table", {},
      el("thead", {}, el("tr", {}, ...columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, ...rows.map(([first, ...cells]) => el("tr", {},
        el("th", { scope: "row" }, label(first)),
        ...cells.map((cell) => el("td", { class: "number" }, told(cell))))))));
}

// The mean of the seeds at each step.
function meanCurve(curves) {
  return curves[0].map(([step], at) =>
    [step, curves.reduce((sum, curve) => sum + curve[at][2], 0) / curves.length]);
}

function curves() {
  const wide = 640, high = 260, left = 40, low = 22;
  const all = data.curves.map(([name, seeds]) => [name, meanCurve(seeds)]);
  const last = Math.max(...all.map(([, points]) => points[points.length - 1][0]));
  const most = Math.max(...all.flatMap(([, points]) => points.map((point) => point[1])), 0.01);
  const x = (step) => left + step / last * (wide - left - 8);
  const y = (wrong) => 8 + (1 - wrong / most) * (high - low - 8);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
  return el("figure", { class: "curves" },
    svg("svg", { viewBox: "0 0 " + wide + " " + high, role: "img",
      "aria-label": t("Error of characters by step; the numbers stand in results.json") },
    ...marks.flatMap((mark) => [
      svg("line", { x1: left, x2: wide - 8, y1: y(mark), y2: y(mark), stroke: "currentColor", "stroke-opacity": 0.15 }),
      svg("text", { x: 2, y: y(mark) + 3 }, (100 * mark).toFixed(0) + " %")]),
    svg("text", { x: left, y: high - 4 }, "0"),
    svg("text", { x: wide - 8, y: high - 4, "text-anchor": "end" }, t("{count} steps", { count: count(last) })),
    ...all.map(([name, points], at) => svg("polyline", {
      stroke: COLOURS[at % COLOURS.length],
      "stroke-dasharray": at < COLOURS.length ? "none" : "4 3",
      points: points.map(([step, wrong]) => x(step).toFixed(1) + "," + y(wrong).toFixed(1)).join(" "),
    }, svg("title", {}, name)))),
    el("figcaption", { class: "key" }, ...all.flatMap(([name], at) => {
      const dash = el("span", {});
      const colour = COLOURS[at % COLOURS.length];
      dash.style.background = at < COLOURS.length ? colour
        : "repeating-linear-gradient(90deg, " + colour + " 0 4px, transparent 4px 7px)";
      return [dash, " " + name + "  "];
    })));
}

function worst() {
  return el("div", { class: "worst" }, ...data.worst.map((line) => el("figure", {},
    line.src ? el("img", { src: line.src, width: line.width, height: line.height, loading: "lazy", alt: line.text }) : null,
    el("figcaption", {},
      el("p", {}, t("says "), label(line.text, { class: "text" })),
      el("p", {}, t("read "), line.read ? label(line.read, { class: "text" }) : el("em", {}, t("nothing")))))));
}

const named = (text) => text === "" ? t("nothing") : text === " " ? t("a space") : text;
document.getElementById("content").append(
  el("h2", {}, t("Errors")),
  table(t("Errors"), ["", t("Characters"), "95 %", t("Words"), "95 %", t("Points to the first"), "95 %", t("By seed")],
    data.arms),
  ...(data.curves.length ? [el("h2", {}, t("While training")), curves()] : []),
  ...(data.differs.length ? [el("h2", {}, t("Where the arms differ from the first")),
    ...data.differs.map(([name, rows]) => el("details", { open: rows.length < 9 },
      el("summary", {}, name + ": " + count(rows.length)),
      el("ul", {}, ...rows.map((row) => el("li", {}, label(row))))))] : []),
  ...data.splits.flatMap((split) => [el("h2", {}, t(split.title)), table(t(split.title), split.columns.map(told), split.rows)]),
  el("h2", {}, t("Taken for another: {best}", { best: told(data.best) })),
  table(t("Mistakes"), [t("Stands there"), t("was read"), t("times")],
    data.confusions.map(([there, read, times]) => [named(there), named(read), count(times)])),
  el("h2", {}, t("The worst lines: {best}", { best: told(data.best) })), worst());
