// Lines with their text; the boxes of their characters are drawn over the pictures on demand.

const list = el("ol", { class: "lines", "aria-label": "Lines" });
const status = el("output", { class: "status", role: "status" });
const items = data.lines.map(makeLine);
let query = "";
let side = "";

// By item of the text: where its ink comes from.
function originsOf(line) {
  return new Map((line.origins || []).map((origin) => [origin[0], origin]));
}

function told(line, characters, item, origin) {
  const name = characters[item] + "  " + codePoints(characters[item]);
  if (!origin) return name;
  const [, written, whose, file, record] = origin;
  const standIn = written === characters[item] ? [] : ["written as " + written];
  return [name, ...standIn, whose || line.writer, data.archives[file] + ", record " + count(record)]
    .join("\n");
}

// What has a box each: mostly the characters of the label.
function entriesOf(line) {
  return line.entries || Array.from(line.text);
}

function drawBoxes(line) {
  const characters = entriesOf(line), origins = originsOf(line);
  return svg("svg", {
    class: "boxes", viewBox: "0 0 " + line.width + " " + line.height, "aria-hidden": "true",
  }, ...line.boxes.map((box, item) => {
    const kind = !origins.has(item) && /\s/u.test(characters[item]) ? "blank" : "k" + (item % 2);
    const points = box.map((v, at) => (at % 2 ? v + " " : v + ",")).join("").trim();
    return svg("polygon", { class: kind, points },
      svg("title", {}, told(line, characters, item, origins.get(item))));
  }));
}

// The label; a character that another one stands in for is marked.
function lineText(line) {
  const origins = originsOf(line), characters = entriesOf(line);
  const made = label("", { class: "text", lang: HAN.test(line.text) ? "zh-Hans" : null });
  characters.forEach((one, item) => {
    const origin = origins.get(item);
    if (!origin || origin[1] === one) made.append(one);
    else made.append(el("mark", { title: "written as " + origin[1] }, one));
  });
  made.normalize();
  return made;
}

function makeLine(line) {
  const picture = el("div", { class: "picture" });
  if (line.src) {
    picture.append(el("img", {
      src: line.src, width: line.width, height: line.height, loading: "lazy", decoding: "async",
      alt: line.index === null ? "Line" : "Line " + line.index,
    }));
  } else picture.append(el("p", { class: "problem" }, line.problem + ": ", label(line.path)));
  const facts = [
    line.index === null ? null : "#" + line.index, line.side, line.writer || null,
    Array.from(line.text).length + " characters",
    line.src ? line.width + " × " + line.height + " px" : null,
  ].filter((fact) => fact !== null);
  return el("li", {}, el("figure", {}, picture, el("figcaption", {}, lineText(line),
    el("span", { class: "meta", title: line.path }, ...facts.map((fact) => label(fact))),
    line.boxes_problem ? el("p", { class: "problem" }, "No boxes: " + line.boxes_problem) : null)));
}

function matches(line) {
  if (side && line.side !== side) return false;
  const asked = query.toLowerCase();
  return line.text.toLowerCase().includes(asked) || String(line.index) === asked ||
    (line.writer || "").toLowerCase().includes(asked) || line.path.toLowerCase().includes(asked);
}

function draw() {
  const shown = items.filter((_, at) => matches(data.lines[at]));
  list.replaceChildren(...shown);
  status.textContent = query || side
    ? count(shown.length) + " of " + count(items.length) + " shown lines" : "";
}

function boxesButton() {
  const button = toggle("Boxes", false, { "aria-keyshortcuts": "b", title: "Key b" });
  let drawn = false;
  function flip() {
    const on = document.body.classList.toggle("with-boxes");
    button.setAttribute("aria-pressed", String(on));
    if (on && !drawn) {
      drawn = true;
      data.lines.forEach((line, at) => {
        if (line.src && line.boxes) items[at].querySelector(".picture").append(drawBoxes(line));
      });
    }
  }
  button.addEventListener("click", flip);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "b" && !isTyping(event)) flip();
  });
  return button;
}

function sideChoice() {
  const names = ["", ...data.sides];
  const buttons = names.map((name) => {
    const button = toggle(name || "All", name === side, {});
    button.addEventListener("click", () => {
      side = name;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      draw();
    });
    return button;
  });
  return el("div", { class: "choice", role: "group", "aria-label": "Side" }, ...buttons);
}

const tools = document.getElementById("tools");
if (data.has_boxes) tools.append(boxesButton());
if (data.sides.length > 1) tools.append(sideChoice());
tools.append(
  searchBox("text, writer or number", "A part of the text, of the writer's id or of the path",
    (text) => { query = text; draw(); }), status);
document.getElementById("content").append(
  el("h2", { class: "visually-hidden" }, "Lines"),
  data.lines.some((line) => (line.origins || []).length)
    ? el("p", { class: "note" }, "A ", el("mark", {}, "marked"),
      " character is written with the glyph of another one that a hand writes alike.") : "",
  list);
draw();
