// The pages of penline serve. Texts become text nodes, never markup; nothing outside is asked.

const $ = (id) => document.getElementById(id);

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value === true ? "" : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const count = (number) => Number(number).toLocaleString("en-US");

const HAN = /\p{Script=Han}/u;

function label(text, attributes) {
  return el("bdi", { lang: HAN.test(text) ? "zh-Hans" : null, ...attributes }, text);
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

async function got(address, options) {
  const answer = await fetch(address, { headers: { accept: "application/json" }, ...options }).catch((error) => {
    throw error.name === "AbortError" ? error
      : new Error(t("The server has gone: start penline serve again, then load this page again."));
  });
  const type = answer.headers.get("content-type") || "";
  const body = type.startsWith("application/json") ? await answer.json() : await answer.text();
  if (!answer.ok) {
    throw Object.assign(new Error(told(body.error || body) || t("The server did not answer.")), { status: answer.status });
  }
  return body;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = $("q") || $("text");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// The list of marked glyphs: kept in this tab.

const LIST = "penline-marks";

function marks() {
  try {
    const found = JSON.parse(sessionStorage.getItem(LIST) || "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function keep(list) {
  sessionStorage.setItem(LIST, JSON.stringify(list));
  tally();
}

function tally() {
  const shown = document.querySelector("[data-tally]");
  const number = marks().length;
  shown.textContent = String(number);
  shown.hidden = number === 0;
}

const same = (bank, row) => (mark) => mark.bank === bank && mark.row === row;

function showMarked() {
  const list = marks();
  for (const glyph of document.querySelectorAll("button.glyph")) {
    const bank = Number(glyph.closest("[data-bank]").dataset.bank);
    glyph.classList.toggle("marked", list.some(same(bank, Number(glyph.dataset.row))));
  }
}

function atlas() {
  const dialog = $("one");
  let now = null;
  const fixed = () => { $("relabel-field").hidden = $("fix").value !== "relabel"; };

  async function open(glyph) {
    const bank = Number(glyph.closest("[data-bank]").dataset.bank);
    const row = Number(glyph.dataset.row);
    const facts = await got(`/glyph/${bank}/${row}.json`);
    now = { bank, row, character: facts.character, writer: facts.writer };
    const mark = marks().find(same(bank, row));
    $("one-picture").src = `/glyph/${bank}/${row}.png`;
    $("one-picture").alt = t("{character} by {writer}", facts);
    $("one-title").replaceChildren(el("bdi", { lang: "zh-Hans" }, facts.character), ` ${facts.code}`);
    const code = Array.from(facts.character,
      (one) => one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")).join("-");
    const rows = [
      [t("Writer"), el("a", { href: `/atlas/writer?w=${encodeURIComponent(facts.writer)}` }, facts.writer)],
      [t("Character"), el("a", { href: `/atlas/character/${code}` }, t("all who wrote it"))],
      [t("Bank"), facts.bank], [t("Card"), told(facts.card)], [t("Part"), facts.part],
      [t("Archive"), facts.archive], [t("File"), facts.member],
      [t("Record"), t("{record}, at byte {byte}", { record: count(facts.record), byte: count(facts.offset) })],
      [t("Size"), `${facts.width} × ${facts.height} px`],
    ];
    $("one-facts").replaceChildren(...rows.filter(([, value]) => value !== "").flatMap(
      ([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
    $("defect").value = mark ? mark.defect : "";
    $("fix").value = mark ? mark.fix : "skip";
    $("relabel").value = mark ? mark.relabel : "";
    $("put").textContent = mark ? t("Change the mark") : t("Mark");
    $("unput").hidden = !mark;
    fixed();
    dialog.showModal();
  }

  for (const glyph of document.querySelectorAll("button.glyph")) {
    glyph.addEventListener("click", () => open(glyph).catch((error) => window.alert(error.message)));
  }
  $("fix").addEventListener("change", fixed);
  $("one-mark").addEventListener("submit", (event) => {
    event.preventDefault();
    const fix = $("fix").value;
    const relabel = fix === "relabel" ? Array.from($("relabel").value)[0] || "" : "";
    if (fix === "relabel" && !relabel) {
      $("relabel").focus();
      return;
    }
    const others = marks().filter((mark) => !same(now.bank, now.row)(mark));
    keep([...others, { ...now, defect: $("defect").value.trim(), fix, relabel }]);
    showMarked();
    dialog.close();
  });
  $("unput").addEventListener("click", () => {
    keep(marks().filter((mark) => !same(now.bank, now.row)(mark)));
    showMarked();
    dialog.close();
  });
  // arrow keys move among the glyphs
  document.addEventListener("keydown", (event) => {
    const glyph = event.target.closest?.(".glyph");
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 0, ArrowUp: 0 }[event.key];
    if (!glyph || step === undefined) return;
    event.preventDefault();
    const all = Array.from(document.querySelectorAll(".glyph"));
    const at = all.indexOf(glyph);
    let next = all[at + step];
    if (!step) {
      const here = glyph.getBoundingClientRect();
      const down = event.key === "ArrowDown";
      const column = all.filter((other) => Math.abs(other.getBoundingClientRect().left - here.left) < 2);
      next = column[column.indexOf(glyph) + (down ? 1 : -1)];
    }
    next?.focus();
  });
  showMarked();
}

function markedPage() {
  const FIXES = { skip: t("skip it"), note: t("only note it") };
  function show() {
    const list = marks();
    $("marks-empty").hidden = list.length > 0;
    $("marks-full").hidden = list.length === 0;
    $("marks-table").tBodies[0].replaceChildren(...list.map((mark) => {
      const off = el("button", { type: "button", class: "quiet-button",
        "aria-label": t("Take off: {character} by {writer}", mark) }, t("Take off"));
      off.addEventListener("click", () => {
        keep(marks().filter((other) => !same(mark.bank, mark.row)(other)));
        show();
      });
      return el("tr", {},
        el("td", {}, el("img", { class: "ink-small", alt: "", src: `/glyph/${mark.bank}/${mark.row}.png` })),
        el("td", { lang: "zh-Hans" }, mark.character), el("td", {}, mark.writer),
        el("td", {}, mark.defect),
        el("td", {}, FIXES[mark.fix] || t("relabel it: {relabel}", mark)), el("td", {}, off));
    }));
  }
  $("marks-clear").addEventListener("click", () => { keep([]); show(); });
  $("marks-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({
      evidence: $("evidence").value,
      marks: marks().map(({ bank, row, defect, fix, relabel }) => ({ bank, row, defect, fix, relabel })),
    });
    try {
      const text = await got("/errata", { method: "POST", body });
      $("marks-yaml").textContent = text;
      $("marks-yaml").hidden = $("marks-save").hidden = false;
      URL.revokeObjectURL($("marks-save").href);
      $("marks-save").href = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
      $("marks-said").textContent = "";
    } catch (error) {
      $("marks-said").replaceChildren(el("span", { class: "bad" }, error.message));
    }
  });
  show();
}

function playground() {
  const form = $("play");
  const picture = $("picture");
  let copies = { command: "", recipe: "", python: "" };
  let shown = "command";
  let busy = false;
  let stale = false;

  const most = Number($("text").dataset.most);
  const cut = (text) => Array.from(text).slice(0, most);

  function asked(more) {
    const data = new FormData(form);
    const query = new URLSearchParams();
    for (const name of ["text", "writer", "banks", "paper", "ink", "mode", "height", "direction", "placing", "seed"]) {
      query.set(name, data.get(name) || "");
    }
    query.set("text", cut(query.get("text")).join(""));
    query.set("effects", data.getAll("effects").join(","));
    for (const [name, value] of Object.entries(more || {})) query.set(name, String(value));
    return query;
  }

  // one request at a time; what was typed meanwhile is asked for when the answer is there
  async function draw() {
    if (busy) {
      stale = true;
      return;
    }
    busy = true;
    const begun = performance.now();
    try {
      const answer = await got(`/line?${asked()}`);
      show(answer);
      if (answer.src) await picture.decode().catch(() => {});
      document.documentElement.dataset.drawn = (performance.now() - begun).toFixed(1);
    } catch (error) {
      $("said").replaceChildren(el("span", { class: "bad" }, error.message));
    }
    busy = false;
    if (stale) {
      stale = false;
      draw();
    } else {
      many();
    }
  }

  function show(line) {
    const said = [], over = Array.from($("text").value).length - most;
    if (over > 0) said.push(t("cut: the first {most} characters are written, {count} are not", { most, count: count(over) }));
    if (line.src) {
      const double = $("double").checked ? 2 : 1;
      picture.src = line.src;
      picture.width = line.width * double;
      picture.height = line.height * double;
      picture.alt = t("{text}, written by {writer}", { text: line.text, writer: told(line.writer) });
      picture.hidden = false;
      $("boxes").setAttribute("viewBox", `0 0 ${line.width} ${line.height}`);
      $("boxes").replaceChildren(...line.quads.map((quad) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
        made.setAttribute("points", quad.map((point) => point.join(",")).join(" "));
        return made;
      }));
      said.push(`${told(line.writer)} · ${line.width} × ${line.height} px`);
      if (line.able) said.push(t("{count} can write it", { count: count(line.able) }));
    } else {
      picture.hidden = true;
      $("boxes").replaceChildren();
    }
    if (line.said) said.push(told(line.said));
    const borrowed = Object.keys(line.counts || {}).filter((key) => key.startsWith("character borrowed"));
    if (borrowed.length) said.push(t("borrowed: {characters}", { characters: borrowed.map((key) => key.slice(20)).join("") }));
    const parts = [said.join(" · ")];
    if (line.lacking.length) {
      const names = line.lacking.map(([character, code]) => `${character} (${code})`).join(", ");
      parts.push(el("span", { class: "lack" }, (said.length ? " · " : "") + t("nobody has {names}", { names })));
    }
    $("said").replaceChildren(...parts);
    $("writers").replaceChildren(...line.writers.map((writer) => el("option", { value: writer })));
    hands(line.writers);
    copies = line.copies;
    $("copy").textContent = copies[shown];
  }

  // A picture of the text by each writer who can write it; made while the list is open.
  const MOST_HANDS = 40;
  let able = [], drawn = "";
  function hands(writers) {
    able = writers;
    if (!$("hands").open) return;
    const now = $("writer").value, query = asked({ writer: "", paper: "plain", effects: "", height: 32, seed: 0 });
    query.set("text", cut(query.get("text")).slice(0, 12).join(""));
    query.set("direction", "horizontal");
    const key = `${query} ${able.join()}`;
    if (key !== drawn) {
      drawn = key;
      $("hands-list").replaceChildren(...able.slice(0, MOST_HANDS).map((writer) => {
        query.set("writer", writer);
        const button = el("button", { type: "button", "data-writer": writer },
          el("img", { src: `/line.png?${query}`, alt: "", loading: "lazy" }), el("small", {}, el("bdi", {}, writer)));
        button.addEventListener("click", () => {
          $("writer").value = $("writer").value === writer ? "" : writer;
          draw();
          remember();
        });
        return el("li", {}, button);
      }));
      const left = able.length - MOST_HANDS;
      $("hands-said").textContent = !able.length ? t("No one writer has all of it.")
        : left > 0 ? t("… and {count} more.", { count: count(left) }) : "";
    }
    for (const one of $("hands-list").querySelectorAll("button")) {
      one.setAttribute("aria-pressed", String(one.dataset.writer === now));
    }
  }
  $("hands").addEventListener("toggle", () => hands(able));

  function many() {
    const place = $("many");
    place.hidden = !$("twenty").checked;
    if (place.hidden || picture.hidden) {
      place.replaceChildren();
      return;
    }
    place.replaceChildren(...Array.from({ length: 20 }, (_, index) =>
      el("img", { src: `/line.png?${asked({ index })}`, alt: t("Line {number} of 20", { number: index + 1 }), loading: "lazy" })));
  }

  function remember() {
    history.replaceState(null, "", `?${asked()}`);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => draw());
  form.addEventListener("change", remember);
  $("with-boxes").addEventListener("change", (event) =>
    $("stage").classList.toggle("with-boxes", event.target.checked));
  $("again").addEventListener("click", () => {
    $("seed").value = String((Number($("seed").value) || 0) + 1);
    draw();
    remember();
  });
  $("sentence").addEventListener("click", async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    try {
      $("text").value = (await got(`/sentence?${asked({ seed, text: "" })}`)).text;
      draw();
      remember();
    } catch (error) {
      $("said").replaceChildren(el("span", { class: "bad" }, error.message));
    }
  });

  const tabs = Array.from(document.querySelectorAll("[role=tab]"));
  function choose(tab) {
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    shown = tab.dataset.form;
    $("copy").setAttribute("aria-labelledby", tab.id);
    $("copy").textContent = copies[shown];
  }
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  }
  $("copy-it").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(copies[shown]);
      $("copy-it").textContent = t("Copied");
    } catch {
      getSelection().selectAllChildren($("copy"));
      $("copy-it").textContent = t("Selected");
    }
    setTimeout(() => { $("copy-it").textContent = t("Copy"); }, 1500);
  });

  // a text file is the list of characters that the photographs dropped with it, or after it, need
  let list = null;
  async function take(files) {
    const isList = (file) => file.name.toLowerCase().endsWith(".txt");
    for (const file of files.filter(isList)) {
      list = file;
      $("drop-said").textContent = t("{name}: the list of characters for photographs", file);
    }
    for (const file of files.filter((one) => !isList(one))) {
      $("drop-said").textContent = t("Reading {name} …", file);
      try {
        const photo = list && /\.(jpe?g|png|webp|bmp)$/i.test(file.name);
        const address = `/upload?name=${encodeURIComponent(file.name)}&list=${photo ? list.size : 0}` +
          `&labels=${encodeURIComponent($("labels").value)}`;
        const body = photo ? new Blob([list, file]) : file;
        const made = await got(address, { method: "POST", body });
        const left = Object.values(made.left_out).reduce((sum, number) => sum + number, 0);
        $("drop-said").textContent = t("{name}: {glyphs} glyphs, {characters} characters, {writers} writers", {
          name: made.name, glyphs: count(made.glyphs), characters: count(made.characters),
          writers: count(made.writers) }) +
          (made.understood.length ? `; ${made.understood.join("; ")}` : "") +
          (left ? t("; {count} left out", { count: count(left) }) : "") +
          (made.unknown && made.unknown < made.glyphs
            ? t("; no line is made of {count} by unknown writers", { count: count(made.unknown) }) : "");
        $("banks").append(el("option", { value: made.bank }, made.name));
        $("banks").value = String(made.bank);
        $("writer").value = "";
        const item = el("li", { "data-upload": made.bank }, el("bdi", {}, made.name), " ",
          el("button", { type: "button", class: "quiet-button" }, t("Take off")));
        $("uploads").append(item);
        draw();
      } catch (error) {
        $("drop-said").replaceChildren(el("span", { class: "bad" }, error.message.startsWith(file.name)
          ? error.message : `${file.name}: ${error.message}`));
      }
    }
  }
  $("file").addEventListener("change", (event) => take(Array.from(event.target.files)));
  $("uploads").addEventListener("click", async (event) => {
    const item = event.target.closest("button")?.closest("[data-upload]");
    if (!item) return;
    try {
      await got("/forget", { method: "POST", body: item.dataset.upload });
      for (const option of Array.from($("banks").options)) {
        if (option.value === item.dataset.upload) option.remove();
      }
      item.remove();
      draw();
    } catch (error) {
      $("drop-said").replaceChildren(el("span", { class: "bad" }, error.message));
    }
  });
  const drop = $("drop");
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over-it");
  });
  window.addEventListener("dragleave", () => drop.classList.remove("over-it"));
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over-it");
    take(Array.from(event.dataTransfer.files));
  });
  draw();
}

// A photograph cut apart: the server has the pieces, the page the choice.
function cutPage() {
  const said = (place, error) => $(place).replaceChildren(el("span", { class: "bad" }, error.message));
  $("cut-photo").addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = $("photo").files[0];
    if (!file) return;
    $("cut-said").textContent = t("Cutting {name} apart …", file);
    try {
      const query = new URLSearchParams({ name: file.name, character: $("shows").value });
      const made = await got(`/photo?${query}`, { method: "POST", body: file });
      location.assign(`/cut?sheet=${made.sheet}`);
    } catch (error) {
      said("cut-said", error);
    }
  });
  const form = $("cut");
  if (!form) return;
  const boxes = Array.from(form.querySelectorAll("[name=piece]"));
  const drawn = Array.from($("cut-boxes").querySelectorAll("[data-piece]"));
  const sheet = Number(form.dataset.sheet);
  const at = `penline-cut-${sheet}`;

  function show() {
    const chosen = boxes.filter((box) => box.checked);
    $("cut-chosen").textContent = chosen.length ? t("{count} chosen", { count: count(chosen.length) }) : t("none chosen");
    for (const box of boxes) drawn[Number(box.value)].classList.toggle("chosen", box.checked);
  }
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  $("cut-boxes").addEventListener("click", (event) => {
    const box = form.querySelector(`[name=piece][value="${event.target.dataset.piece}"]`);
    if (!box) return;
    box.checked = !box.checked;
    show();
  });
  form.addEventListener("click", async (event) => {
    const choose = event.target.dataset.choose;
    const wanted = event.target.dataset.do;
    if (choose) {
      for (const box of boxes) box.checked = choose === "all";
      show();
    }
    if (!wanted) return;
    const parts = Number($("parts").value);
    try {
      await got("/pieces", { method: "POST", body: JSON.stringify({
        sheet, version: Number(form.dataset.version), do: wanted,
        pieces: wanted === "undo" ? [] : boxes.filter((box) => box.checked).map((box) => Number(box.value)),
        character: wanted === "label" ? $("label").value : "",
        parts: Math.abs(parts), down: parts < 0,
      }) });
      sessionStorage.setItem(at, String(scrollY));
      location.reload();
    } catch (error) {
      said("cut-said", error);
    }
  });
  $("cut-save").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const made = await got("/save", { method: "POST", body: JSON.stringify({ sheet, writer: $("whose").value }) });
      $("save-said").replaceChildren(
        t("{name}: {glyphs} glyphs, {characters} characters, by {writer}. ", { name: made.name,
          glyphs: count(made.glyphs), characters: count(made.characters), writer: made.writer }),
        el("a", { href: `/bank/${made.bank}.zip`, download: "" }, t("Download it")), t(", "),
        el("a", { href: `/atlas?bank=${made.bank}` }, t("look at it")));
    } catch (error) {
      said("save-said", error);
    }
  });
  show();
  const before = sessionStorage.getItem(at);
  if (before !== null) {
    sessionStorage.removeItem(at);
    scrollTo(0, Number(before));
  }
}

// One leaf of a set: lines, or one page.
async function setPage() {
  const { set, page } = $("set").dataset, number = Number(page);
  let found;
  try {
    found = await got(`/sets/${set}.json?page=${number}`);
  } catch (error) {
    $("set-said").replaceChildren(el("span", { class: "bad" }, error.message));
    return;
  }
  const open = largeDialog();
  const cut = (item, at) => el("img", { src: `${item.src}/${at}.png`, alt: item.lines[at].text });
  $("set-items").replaceChildren(...found.items.map((item) =>
    item.kind === "page" ? makePage(item, cut, open) : makeLine(item, item.archives || [], open)));
  const first = found.start + 1, last = found.start + found.items.length;
  const ended = found.last !== null, whole = t(ended ? "{count} in all" : "{count} read so far", { count: count(found.read) });
  $("set-said").textContent = first === last ? t("{first}, of {whole}.", { first: count(first), whole })
    : first < last ? t("{first} to {last}, of {whole}.", { first: count(first), last: count(last), whole })
      : ended ? t("Nothing here: {whole}.", { whole })
        : t("Reading takes long: {whole}. Load this page again to go on.", { whole });
  const link = (to, said, rel) => to
    ? el("a", { href: `?page=${to}`, rel }, said) : el("span", { class: "quiet" }, said);
  for (const pages of document.querySelectorAll("#set .pager")) {
    pages.replaceChildren(link(number > 1 ? number - 1 : 0, t("← Before"), "prev"),
      el("span", {}, t(ended ? "Page {number} of {last}" : "Page {number}",
        { number: count(number), last: count(found.last || 0) })),
      link(found.more ? number + 1 : 0, t("Next →"), "next"));
  }
  const left = [...found.defects, ...found.counts
    .filter(([reason]) => !reason.startsWith("defect: ")).map(([reason, times]) => `${told(reason)}: ${count(times)}`)];
  if (found.cut_short) left.push(t("the rest of the set is more than this server keeps"));
  if (left.length) {
    const more = found.damaged - found.defects.length;
    $("set-left").replaceChildren(el("h2", {}, t("Damaged, left out or changed, so far")),
      el("ul", { class: "plain" }, ...left.map((one) => el("li", {}, label(one)))),
      ...(more > 0 ? [el("p", { class: "quiet" }, t("… and {count} more defects.", { count: count(more) }))] : []));
  }
  const toggles = [[t("Outlines"), "no-outlines", found.items.some((item) => item.kind === "page"), true],
    [t("Boxes"), "with-boxes", found.items.some((item) => item.boxes), false]];
  $("set-tools").replaceChildren(...toggles.filter(([, , some]) => some).map(([said, name, , on]) => {
    const button = el("button", { type: "button", "aria-pressed": String(on) }, said);
    button.addEventListener("click", () => button.setAttribute("aria-pressed",
      String(document.body.classList.toggle(name) !== on)));
    return button;
  }));
  found.items.forEach((item, at) => {
    if (item.boxes) $("set-items").children[at].querySelector(".picture").append(drawBoxes(item, item.archives || []));
  });
}

document.querySelector(".top").append(languageSwitch());
tally();
if ($("set")) document.addEventListener("DOMContentLoaded", setPage);
if ($("cut-photo")) cutPage();
if ($("one")) atlas();
if ($("marks-form")) markedPage();
if ($("play")) playground();
