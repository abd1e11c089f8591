// Lines and pages of a set: sheets and the server show them alike. Needs el, svg, count and label.

// By item of the text: where its ink comes from.
function originsOf(line) {
  return new Map((line.origins || []).map((origin) => [origin[0], origin]));
}

function tellItem(line, characters, item, origin, archives) {
  const one = characters[item];
  const names = Array.from(one).slice(0, 3).map(
    (c) => "U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0"));
  const name = one + "  " + names.join(" ");
  if (!origin) return name;
  const [, written, whose, file, record] = origin;
  const standIn = written === one ? [] : [t("written as {written}", { written })];
  return [name, ...standIn, whose || line.writer, t("{file}, record {record}", { file: archives[file], record: count(record) })]
    .join("\n");
}

// What has a box each: mostly the characters of the label.
function entriesOf(line) {
  return line.entries || Array.from(line.text);
}

function drawBoxes(line, shared) {
  const archives = line.archives || shared;
  const characters = entriesOf(line), origins = originsOf(line);
  return svg("svg", {
    class: "boxes", viewBox: ["0 0", ...(line.full || [line.width, line.height])].join(" "),
    "aria-hidden": "true",
  }, ...line.boxes.map((box, item) => {
    const kind = !origins.has(item) && /\s/u.test(characters[item]) ? "blank" : "k" + (item % 2);
    return svg("polygon", { class: kind, points: pointsOf(box) },
      svg("title", {}, tellItem(line, characters, item, origins.get(item), archives)));
  }));
}

function pointsOf(flat) {
  return flat.map((v, at) => (at % 2 ? v + " " : v + ",")).join("").trim();
}

// The label; a character that another one stands in for is marked.
function lineText(line) {
  const origins = originsOf(line), characters = entriesOf(line);
  const made = label("", { class: "text", lang: HAN.test(line.text) ? "zh-Hans" : null });
  characters.forEach((one, item) => {
    const origin = origins.get(item);
    if (!origin || origin[1] === one) made.append(one);
    else made.append(el("mark", { title: t("written as {written}", { written: origin[1] }) }, one));
  });
  made.normalize();
  return made;
}

function lineFacts(line) {
  return [
    line.index === null ? null : "#" + line.index, t(line.side), line.writer || null,
    t("{count} characters", { count: count(Array.from(line.text).length) }),
    line.src ? line.width + " × " + line.height + " px" : null,
  ].filter((fact) => fact !== null);
}

// One line: its picture, which shows it large, and its text.
function makeLine(line, archives, open) {
  const figure = el("div", { class: "picture" });
  const name = line.index === null ? t("Line") : t("Line {number}", { number: line.index });
  if (line.src) {
    const large = el("button", { type: "button", class: "to-large", "aria-haspopup": "dialog",
      "aria-label": t("{name}, large", { name }) }, el("img", {
      src: line.src, width: line.width, height: line.height, loading: "lazy", decoding: "async",
      alt: name,
    }));
    large.addEventListener("click", () => open({
      name, text: line.text, facts: lineFacts(line), body: () => largeLine(line, archives),
    }));
    figure.append(large);
  } else figure.append(el("p", { class: "problem" }, t(line.problem) + ": ", label(line.path || "")));
  return el("li", {}, el("figure", {}, figure, el("figcaption", {},
    line.text ? lineText(line) : el("span", { class: "text silent" }, t("no text")),
    el("span", { class: "meta", title: line.path }, ...lineFacts(line).map((fact) => label(fact))),
    line.boxes_problem ? el("p", { class: "problem" }, t("No boxes: {why}", { why: t(line.boxes_problem) })) : null)));
}

function largeLine(line, archives) {
  const made = el("div", { class: "picture with-boxes" }, el("img", {
    src: line.src, width: line.width, height: line.height, alt: line.text }));
  if (line.boxes) made.append(drawBoxes(line, archives));
  return made;
}

// One page: the picture with outlines, baselines and numbers in reading order; its texts beside it.
function makePage(page, cut, open) {
  const image = el("img", { src: page.src, width: page.width, height: page.height, loading: "lazy",
    decoding: "async", alt: t("Page {name}", { name: page.name }) });
  const numbers = el("div", { class: "numbers", "aria-hidden": "true" });
  const shapes = svg("svg", {
    class: "outlines", viewBox: "0 0 " + page.width + " " + page.height, "aria-hidden": "true",
  }, ...page.regions.map((one) => svg("polygon", { class: "region", points: pointsOf(one.points) })));
  const texts = el("ol", { class: "texts", "aria-label": t("Lines of {name}", { name: page.name }) });
  page.lines.forEach((line, at) => {
    const outline = svg("polygon", {
      class: line.text ? "k" + (at % 2) : "silent", points: pointsOf(line.points),
    }, svg("title", {}, (at + 1) + "  " + line.text));
    shapes.append(outline);
    if (line.base.length) shapes.append(svg("polyline", { class: "base", points: pointsOf(line.base) }));
    const [x, y] = startOf(line), number = el("span", {}, String(at + 1));
    number.style.left = (100 * x / page.width).toFixed(2) + "%";
    number.style.top = (100 * y / page.height).toFixed(2) + "%";
    numbers.append(number);
    const said = el("button", { type: "button", "aria-haspopup": "dialog" },
      line.text ? label(line.text) : el("span", { class: "silent" }, t("no text")));
    const row = el("li", {}, el("span", { class: "at" }, String(at + 1)), said, line.kind ? el("small", {}, label(line.kind)) : null);
    const mark = (on) => {
      for (const one of [outline, row, number]) one.classList.toggle("now", on);
    };
    for (const one of [outline, row]) {
      one.addEventListener("pointerenter", () => mark(true));
      one.addEventListener("pointerleave", () => mark(false));
    }
    said.addEventListener("focus", () => mark(true));
    said.addEventListener("blur", () => mark(false));
    const show = () => openLine(page, at, image, cut, open);
    outline.addEventListener("click", show);
    said.addEventListener("click", show);
    texts.append(row);
  });
  const left = page.line_count - page.lines.length;
  const facts = [t(page.line_count === 1 ? "{count} line" : "{count} lines", { count: count(page.line_count) }), t(page.side),
    page.writer || null, page.full[0] + " × " + page.full[1] + " px"].filter((one) => one !== null);
  return el("li", { class: "page" }, el("figure", {},
    el("figcaption", {}, el("h3", {}, label(page.name)),
      el("span", { class: "meta" }, ...facts.map((fact) => label(fact)))),
    el("div", { class: "page-in" }, el("div", { class: "sheet" }, image, shapes, numbers),
      el("div", {}, texts,
        left > 0 ? el("p", { class: "note" }, t("… and {count} more lines.", { count: count(left) })) : null))));
}

// Where a line begins: of its baseline, or the upper left of its outline.
function startOf(line) {
  if (line.base.length) return line.base;
  return [Math.min(...line.points.filter((_, at) => at % 2 === 0)),
    Math.max(...line.points.filter((_, at) => at % 2))];
}

function openLine(page, at, image, cut, open) {
  const line = page.lines[at];
  open({
    name: t("{name}, line {number}", { name: page.name, number: at + 1 }), text: line.text, facts: line.kind ? [line.kind] : [],
    body: () => cut(page, at, image),
    before: at > 0 ? () => openLine(page, at - 1, image, cut, open) : null,
    after: at + 1 < page.lines.length ? () => openLine(page, at + 1, image, cut, open) : null,
  });
}

// What shows one line large: a dialog that the keys, too, lead through the lines of a page.
function largeDialog() {
  const title = el("h2", { id: "large-title" }), body = el("div", { class: "large-body", tabindex: "0",
    role: "region", "aria-label": t("The line’s picture") });
  const text = el("p", { class: "text" }), facts = el("p", { class: "meta" });
  const steps = [["before", t("← Before"), "ArrowLeft"], ["after", t("Next →"), "ArrowRight"]].map(
    ([name, said, key]) => ({ name, key, button: el("button", { type: "button" }, said) }));
  const shut = el("button", { type: "button", class: "close", "aria-label": t("Close") }, "×");
  const dialog = el("dialog", { class: "large-line", "aria-labelledby": "large-title" }, shut, title, body,
    text, facts, el("div", { class: "steps" }, ...steps.map((step) => step.button)));
  let now = {};
  const go = (name) => { if (now[name]) now[name](); };
  for (const step of steps) step.button.addEventListener("click", () => go(step.name));
  shut.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const step = steps.find((one) => one.key === event.key);
    if (step && event.target !== body) go(step.name);
  });
  document.body.append(dialog);
  return (one) => {
    now = one;
    title.replaceChildren(label(one.name));
    body.replaceChildren(one.body());
    text.replaceChildren(one.text ? label(one.text, { class: "text" })
      : el("span", { class: "silent" }, t("no text")));
    facts.replaceChildren(...one.facts.map((fact) => label(fact)));
    for (const step of steps) {
      step.button.hidden = !one.before && !one.after;
      step.button.disabled = !one[step.name];
    }
    if (!dialog.open) dialog.showModal();
  };
}
