// Real and synthetic lines side by side, and what they differ in.

function drawBoxes(line) {
  const characters = line.characters;
  return svg("svg", {
    class: "boxes", viewBox: "0 0 " + line.width + " " + line.height, "aria-hidden": "true",
  }, ...line.boxes.map(([x0, y0, x1, y1], item) => {
    const points = x0 + "," + y0 + " " + x1 + "," + y0 + " " + x1 + "," + y1 + " " + x0 + "," + y1;
    const name = characters[item] || "";
    return svg("polygon", { class: "k" + (item % 2), points },
      svg("title", {}, name + "  " + codePoints(name)));
  }));
}

function figure(line) {
  if (!line) return el("figure", {});
  const picture = el("div", { class: "picture" });
  if (line.src) {
    picture.append(el("img", {
      src: line.src, width: line.width, height: line.height, loading: "lazy", alt: line.text,
    }));
    picture.append(drawBoxes(line));
  } else {
    const only = drawBoxes(line);
    only.setAttribute("class", "boxes alone");
    only.setAttribute("width", line.width);
    picture.append(only);
  }
  return el("figure", {}, picture, el("figcaption", {}, label(line.text, { class: "text" })));
}

function table(names, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": names[0] },
    el("table", {},
      el("thead", {}, el("tr", {}, ...names.map((n) => el("th", { scope: "col" }, n)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {},
        el("th", { scope: "row" }, told(row[0])),
        ...row.slice(1).map((cell) => el("td", { class: "number" }, told(cell))))))));
}

function boxesButton(list) {
  const button = toggle(t("Boxes"), false, {});
  button.addEventListener("click", () => {
    const on = list.classList.toggle("with-boxes");
    button.setAttribute("aria-pressed", String(on));
  });
  return button;
}

const list = el("div", { class: "lines pairs" },
  el("h3", {}, t("Real")), el("h3", {}, t("Synthetic")));
for (let k = 0; k < Math.max(data.real.length, data.synthetic.length); k += 1) {
  list.append(figure(data.real[k]), figure(data.synthetic[k]));
}
document.getElementById("tools").append(boxesButton(list));
document.getElementById("content").append(
  el("h2", {}, t("Lines")), list,
  el("h2", {}, t("Distances")),
  table([t("Quantity"), t("Distance"), "95 %", t("Largest difference"), "95 %", t("Real"), t("Synthetic")],
    data.distances),
  el("h2", {}, t("Told apart")),
  table([t("What a classifier sees"), t("AUC of characters"), "95 %", t("AUC of lines"), "95 %", t("By")],
    data.areas),
  el("p", { class: "note" },
    t("0.5: the two sets cannot be told apart; 1: always. Judged on lines that it was not trained on.")));
