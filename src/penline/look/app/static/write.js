// The page on which characters are written. What is written is in this browser's store until the server has it.

function beginPage() {
  const list = $("hand-list");
  const text = () => { $("hand-text-field").hidden = list.value !== ""; };
  list.addEventListener("change", text);
  text();
  $("write-begin").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ hand: $("hand-name").value.trim(),
        characters: list.value || ` ${$("hand-text").value}`, times: Number($("hand-times").value) });
      const made = await got("/write/begin", { method: "POST", body });
      location.assign(`/write?hand=${encodeURIComponent(made.hand)}`);
    } catch (error) {
      $("begin-said").replaceChildren(el("span", { class: "bad" }, error.message));
    }
  });
}

// What the server has not yet: an item of the store for each act, so that two tabs do not lose each other's.
function waiting(hand) {
  const prefix = `penline-write:${hand}:`;
  const held = new Map();
  try {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(prefix))) {
      held.set(key, JSON.parse(localStorage.getItem(key)));
    }
  } catch { /* no store, or not ours: what is written waits in this page alone */ }
  let last = Math.max(0, ...Array.from(held.values(), (act) => act.number || 0));
  return {
    get acts() { return Array.from(held.entries()).sort(([, a], [, b]) => a.number - b.number); },
    get count() { return held.size; },
    add(act) {
      last = Math.max(last + 1, Date.now());
      const key = `${prefix}${act.do}:${act.id}`;
      held.set(key, { ...act, number: last });
      try { localStorage.setItem(key, JSON.stringify(held.get(key))); } catch { return false; }
      return true;
    },
    drop(key) {
      held.delete(key);
      try { localStorage.removeItem(key); } catch { /* as above */ }
    },
  };
}

// Random, and not crypto.randomUUID: a telephone comes by plain HTTP, where that is not there.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");
}

// The field: one pointer draws at a time, a pen before a finger, and no palm.
function writingField(pad, limits, say, changed) {
  const SIDE = 4096, PALM_PX = 60;
  let strokes = [], active = null, pen = false, begun = 0, pointer = "mouse", boxed = false, full = false, open = false;

  function draw() {
    const ratio = window.devicePixelRatio || 1, side = Math.round(pad.clientWidth * ratio);
    if (pad.width !== side) pad.width = pad.height = side;
    const at = pad.getContext("2d"), style = getComputedStyle(pad), by = side / SIDE;
    at.clearRect(0, 0, side, side);
    at.lineWidth = Math.max(1, ratio);
    at.strokeStyle = style.getPropertyValue("--rule");
    const line = (x0, y0, x1, y1) => {
      at.beginPath();
      at.moveTo(x0 * side, y0 * side);
      at.lineTo(x1 * side, y1 * side);
      at.stroke();
    };
    if (boxed) {
      at.strokeRect(0.14 * side, 0.11 * side, 0.72 * side, 0.72 * side);
      line(0.5, 0.11, 0.5, 0.83);
      line(0.14, 0.47, 0.86, 0.47);
    } else {
      for (const height of [0.22, 0.4, 0.92]) line(0, height, 1, height);
      at.strokeStyle = style.getPropertyValue("--edge");
      line(0, 0.74, 1, 0.74);
    }
    at.strokeStyle = at.fillStyle = style.getPropertyValue("--text");
    at.lineCap = at.lineJoin = "round";
    const usual = 0.018 * side;
    for (const stroke of strokes) {
      stroke.forEach(([x, y, , force], number) => {
        const [x0, y0] = stroke[Math.max(number - 1, 0)];
        at.lineWidth = pointer === "pen" ? usual * (0.4 + 1.2 * force / 1000) : usual;
        at.beginPath();
        at.moveTo(x0 * by, y0 * by);
        at.lineTo(x * by, y * by + (x === x0 && y === y0 ? 0.1 : 0));
        at.stroke();
      });
    }
  }

  const total = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  function add(event) {
    // only over HTTPS or on this machine does a browser tell what came between two frames
    const coalesced = event.type === "pointermove" && event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    const box = pad.getBoundingClientRect();
    for (const one of coalesced.length ? coalesced : [event]) {
      const stroke = strokes[strokes.length - 1], before = stroke[stroke.length - 1];
      const place = (at, from, size) => Math.min(SIDE - 1, Math.max(0, Math.round((at - from) / size * SIDE)));
      const x = place(one.clientX, box.left, box.width), y = place(one.clientY, box.top, box.height);
      const last = strokes.flat().at(-1);
      const time = Math.max(last ? last[2] : 0, Math.min(600000, Math.round(one.timeStamp - begun)));
      if (before && before[0] === x && before[1] === y) continue;
      if (total() >= limits.points) {
        full = true;
        return;
      }
      stroke.push([x, y, time, Math.round(Math.min(1, Math.max(0, one.pressure)) * 1000)]);
    }
  }

  pad.addEventListener("pointerdown", (event) => {
    const type = event.pointerType || "mouse";
    if (event.button !== 0 || !open) return;
    event.preventDefault();
    if (type === "pen") pen = true;
    if (type === "touch" && pen) {
      say(t("A pen is here: fingers are taken for the palm. To write with a finger, load the page again."));
      return;
    }
    if (type === "touch" && Math.max(event.width, event.height) > PALM_PX) {
      say(t("That looked like a palm, and was left out."));
      return;
    }
    if (active !== null) {
      if (type !== "pen" || active.type === "pen") {
        say(t("One finger at a time: the other one is left out."));
        return;
      }
      strokes.pop();  // the palm came first
    }
    if (strokes.length >= limits.strokes) {
      say(t("More than {strokes} strokes; take some back.", limits));
      return;
    }
    if (strokes.length && pointer !== type) {
      if (type === "pen") strokes = [];
      else return;
    }
    if (!strokes.length) begun = event.timeStamp;
    active = { id: event.pointerId, type };
    pointer = type;
    strokes.push([]);
    try { pad.setPointerCapture(event.pointerId); } catch { /* it is up again already */ }
    add(event);
    draw();
    changed(false);
  });
  pad.addEventListener("pointermove", (event) => {
    if (active === null || event.pointerId !== active.id) return;
    event.preventDefault();
    add(event);
    draw();
  });
  function ended(event, keep) {
    if (active === null || event.pointerId !== active.id) return;
    active = null;
    if (!keep || !strokes[strokes.length - 1].length) strokes.pop();
    if (full) say(t("More than {points} points: what came after them is left out.", limits));
    full = false;
    draw();
    changed(strokes.length > 0);
  }
  pad.addEventListener("pointerup", (event) => ended(event, true));
  pad.addEventListener("pointercancel", (event) => ended(event, false));
  pad.addEventListener("contextmenu", (event) => event.preventDefault());
  pad.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  window.addEventListener("resize", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return {
    get empty() { return strokes.length === 0; },
    get busy() { return active !== null; },
    taken() { return { pointer, strokes }; },
    back() { strokes.pop(); draw(); },
    clear(isOpen, inBox) { strokes = []; open = isOpen; boxed = inBox; draw(); },
  };
}

async function writePage() {
  const hand = $("write").dataset.hand, PAUSE_MS = 1000, AGAIN_MS = 3000;
  const say = (...said) => $("write-said").replaceChildren(...said);
  const bad = (text) => el("span", { class: "bad" }, text);
  const query = `hand=${encodeURIComponent(hand)}`;
  let known;
  try {
    known = await got(`/write/facts?${query}`);
  } catch (error) {
    say(bad(error.message));
    return;
  }
  const all = known.characters, boxed = new Set(known.boxed), queue = waiting(hand);
  const place = new Map(all.map((one, at) => [one, at]));
  let written = known.written, now = -1, pause = 0, again = 0, sending = null;
  const skipped = new Set();
  for (const [, act] of queue.acts) apply(act);

  function apply(act) {
    if (act.do === "back") written = written.filter(([id]) => id !== act.id);
    else if (!written.some(([id]) => id === act.id)) written.push([act.id, act.writing.character]);
  }

  function counts() {
    const found = new Array(all.length).fill(0);
    for (const [, one] of written) if (place.has(one)) found[place.get(one)] += 1;
    return found;
  }

  // the whole list once, then again: a hand that has gone once through it can stop
  function following(after) {
    const have = counts();
    const open = have.map((count, at) => at).filter((at) => have[at] < known.times && !skipped.has(at));
    if (!open.length) return -1;
    const least = Math.min(...open.map((at) => have[at]));
    const least_open = open.filter((at) => have[at] === least);
    return least_open.find((at) => at > after) ?? least_open[0];
  }

  const tiles = all.map((one, at) => {
    const made = el("button", { type: "button", "aria-label": t("Write {one}", { one }) }, label(one));
    made.addEventListener("click", () => { skipped.delete(at); ask(at); });
    return made;
  });
  $("write-all").replaceChildren(...tiles);

  function show() {
    const have = counts();
    const done = have.reduce((sum, count) => sum + Math.min(count, known.times), 0);
    $("write-progress").textContent = t("{done} of {all}", { done: count(done), all: count(all.length * known.times) });
    tiles.forEach((tile, at) => {
      tile.className = have[at] >= known.times ? "whole" : have[at] ? "some" : "";
      if (at === now) tile.setAttribute("aria-current", "true");
      else tile.removeAttribute("aria-current");
    });
    $("sign").textContent = now < 0 ? "✓" : all[now];
    $("sign").lang = now >= 0 && HAN.test(all[now]) ? "zh-Hans" : "";
    $("sign-name").textContent = now < 0 ? (skipped.size ? t("All but {count} skipped", { count: skipped.size }) : t("All is written"))
      : known.names[all[now]] ? told(known.names[all[now]]) : t("Write this");
    $("sign-count").textContent = now < 0 ? t("Make the bank below.")
      : t("{done} of {all}", { done: have[now] + 1, all: Math.max(known.times, have[now] + 1) });
    document.documentElement.dataset.waiting = String(queue.count);
  }

  function ask(at) {
    clearTimeout(pause);
    now = at;
    field.clear(at >= 0, boxed.has(all[at]));
    show();
  }

  function remember(act) {
    apply(act);
    if (!queue.add(act)) say(bad(t("This browser keeps nothing: stay on the page until all is sent.")));
    send();
  }

  // one after the other; what the server refuses is told, and what does not arrive is sent again
  function send() {
    sending ??= sendAll().finally(() => { sending = null; show(); });
    return sending;
  }

  async function sendAll() {
    clearTimeout(again);
    const late = queue.count > 1;
    while (queue.count) {
      const [key, { number, ...act }] = queue.acts[0];
      try {
        await got("/write/act", { method: "POST", body: JSON.stringify(
          { hand, do: act.do, ...(act.do === "back" ? { id: act.id } : { writing: act.writing }) }) });
        queue.drop(key);
      } catch (error) {
        if ([400, 413, 422].includes(error.status)) {
          queue.drop(key);
          if (act.do === "keep") written = written.filter(([id]) => id !== act.id);
          say(bad(t("Not kept: {why}", { why: error.message })));
        } else {
          const why = error.status ? error.message : t("No connection to the server.");
          say(bad(t("{why} {count} not sent yet, kept in this browser.", { why, count: count(queue.count) })));
          again = setTimeout(send, AGAIN_MS);
          break;
        }
      }
      if (late && !queue.count) say(t("All is sent."));
    }
  }
  window.addEventListener("online", send);

  function next() {
    clearTimeout(pause);
    if (now < 0 || field.busy) return;
    if (field.empty) {
      say(t("Nothing is written yet; Skip leaves it out."));
      return;
    }
    const id = newId(), at = now;
    say("");
    remember({ do: "keep", id, writing: { id, character: all[at], ...field.taken() } });
    ask(following(at));
  }

  function takeBack() {
    clearTimeout(pause);
    say("");
    if (!field.empty) {
      field.back();
      return;
    }
    if (!written.length) {
      say(t("There is nothing to take back."));
      return;
    }
    const [id, one] = written[written.length - 1];
    remember({ do: "back", id });
    ask(place.get(one) ?? following(-1));
    say(t("The last {one} is taken back: write it again.", { one }));
  }

  const field = writingField($("pad"), known, (text) => say(text), (ready) => {
    clearTimeout(pause);
    if (ready && $("by-itself").checked) pause = setTimeout(next, PAUSE_MS);
  });
  $("write-next").addEventListener("click", next);
  $("write-back").addEventListener("click", takeBack);
  $("write-clear").addEventListener("click", () => { clearTimeout(pause); field.clear(now >= 0, boxed.has(all[now])); });
  $("write-skip").addEventListener("click", () => {
    if (now < 0) return;
    skipped.add(now);
    say("");
    ask(following(now));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, select, textarea, button, a, summary") && event.key === "Enter") return;
    if (event.key === "Enter") next();
    else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) takeBack();
    else return;
    event.preventDefault();
  });
  $("write-bank").addEventListener("click", async () => {
    $("bank-said").textContent = t("Making it …");
    try {
      await send();
      if (queue.count) throw new Error(t("Some writings are not sent yet: no connection."));
      const made = await got("/write/bank", { method: "POST", body: JSON.stringify({ hand }) });
      const left = Object.entries(made.left_out).map(([why, times]) => t("{count} left out: {why}", { count: count(times), why: told(why) }));
      $("bank-said").replaceChildren(
        [t("{glyphs} glyphs, {characters} characters, by {writer}", { glyphs: count(made.glyphs),
          characters: count(made.characters), writer: made.writer }),
        ...(made.lacking.length ? [t("nothing of {characters}", {
          characters: made.lacking.slice(0, 12).join(" ") + (made.lacking.length > 12 ? " …" : "") })] : []),
        ...left].join(t("; ")), t(". "),
        el("a", { href: `/bank/${made.bank}.zip`, download: "" }, t("Download the bank")), t(", "),
        el("a", { href: `/write/hand.inkml?${query}`, download: "" }, t("the InkML")), t(", "),
        el("a", { href: `/atlas?bank=${made.bank}` }, t("look at it")), t(", "),
        el("a", { href: `/playground?banks=${made.bank}` }, t("write lines with it")), t("."));
    } catch (error) {
      $("bank-said").replaceChildren(bad(error.message));
    }
  });
  ask(following(-1));
  send();
}

// app.js has run before: deferred scripts keep their order
if ($("write-begin")) beginPage();
if ($("write")) writePage();
