// Lines with their text and pages with their outlines; boxes are drawn over lines on demand.

const list = el("ol", { class: "lines", "aria-label": t(data.unit) });
const status = el("output", { class: "status", role: "status" });
const openLarge = largeDialog();
const pages = data.pages || [];
const items = [
  ...pages.map((page) => makePage(page, cutOut, openLarge)),
  ...data.lines.map((line) => makeLine(line, data.archives, openLarge)),
];
const things = [...pages, ...data.lines];
let query = "";
let side = "";

// A line of a page, cut out of the picture that the sheet holds.
function cutOut(page, at, image) {
  const points = page.lines[at].points, around = 8, larger = 2;
  const xs = points.filter((_, place) => place % 2 === 0), ys = points.filter((_, place) => place % 2);
  const left = Math.max(Math.min(...xs) - around, 0), top = Math.max(Math.min(...ys) - around, 0);
  const width = Math.max(Math.min(Math.max(...xs) + around, page.width) - left, 1);
  const height = Math.max(Math.min(Math.max(...ys) + around, page.height) - top, 1);
  const canvas = el("canvas", { width: width * larger, height: height * larger, role: "img",
    "aria-label": page.lines[at].text });
  image.decode().then(() => canvas.getContext("2d").drawImage(
    image, left, top, width, height, 0, 0, width * larger, height * larger));
  return canvas;
}

function matches(one, asked) {
  if (side && one.side !== side) return false;
  const told = [one.writer, one.path, one.name].some((fact) => (fact || "").toLowerCase().includes(asked));
  if (one.lines) return told || one.lines.some((line) => line.text.toLowerCase().includes(asked));
  return told || one.text.toLowerCase().includes(asked) || String(one.index) === asked;
}

function draw() {
  const asked = query.toLowerCase();
  const shown = items.filter((_, at) => matches(things[at], asked));
  list.replaceChildren(...shown);
  pages.forEach((page, at) => items[at].querySelectorAll(".texts > li").forEach((row, number) =>
    row.classList.toggle("hit", asked !== "" && page.lines[number].text.toLowerCase().includes(asked))));
  status.textContent = query || side
    ? t("{shown} of {all} shown " + data.unit, { shown: count(shown.length), all: count(items.length) }) : "";
}

function boxesButton() {
  const button = toggle(t("Boxes"), false, { "aria-keyshortcuts": "b", title: t("Key b") });
  let drawn = false;
  function flip() {
    const on = document.body.classList.toggle("with-boxes");
    button.setAttribute("aria-pressed", String(on));
    if (on && !drawn) {
      drawn = true;
      data.lines.forEach((line, at) => {
        const place = items[pages.length + at].querySelector(".picture");
        if (line.src && line.boxes) place.append(drawBoxes(line, data.archives));
      });
    }
  }
  button.addEventListener("click", flip);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "b" && !isTyping(event)) flip();
  });
  return button;
}

function outlinesButton() {
  const button = toggle(t("Outlines"), true, { "aria-keyshortcuts": "o", title: t("Key o") });
  const flip = () => button.setAttribute(
    "aria-pressed", String(!document.body.classList.toggle("no-outlines")));
  button.addEventListener("click", flip);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "o" && !isTyping(event)) flip();
  });
  return button;
}

function sideChoice() {
  const names = ["", ...data.sides];
  const buttons = names.map((name) => {
    const button = toggle(name ? t(name) : t("All"), name === side, {});
    button.addEventListener("click", () => {
      side = name;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      draw();
    });
    return button;
  });
  return el("div", { class: "choice", role: "group", "aria-label": t("Side") }, ...buttons);
}

const tools = document.getElementById("tools");
if (pages.length) tools.append(outlinesButton());
if (data.has_boxes) tools.append(boxesButton());
if (data.sides.length > 1) tools.append(sideChoice());
tools.append(
  searchBox(t("text, writer or number"), t("A part of the text, of the writer's id or of the name"),
    (text) => { query = text; draw(); }), status);
document.getElementById("content").append(
  damage(data.damage || [], t("Damaged records"), data.damaged),
  el("h2", { class: "visually-hidden" }, t("Lines")),
  data.lines.some((line) => (line.origins || []).length)
    ? el("p", { class: "note" }, t("A "), el("mark", {}, t("marked")),
      t(" character is written with the glyph of another one that a hand writes alike.")) : "",
  list, plots());
draw();
