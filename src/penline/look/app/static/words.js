"use strict";
// What a page says, in the reader's language. The English text is the key; TRANSLATED, which stands before
// this script, has the Chinese one, a section for each script and one for each place in Python.

const LANGUAGES = { en: ["EN", "English", "en"], zh: ["中文", "简体中文", "zh-Hans"] };
const KEPT = "penline-language";

function keptLanguage() {
  try {
    return localStorage.getItem(KEPT) || "";
  } catch {
    return null;  // this browser keeps nothing here
  }
}

// The server has chosen already; a file chooses by itself: what was kept, else what the browser asks for.
const LANGUAGE = [document.documentElement.dataset.language, keptLanguage(), ...navigator.languages || []]
  .map((one) => (one || "").slice(0, 2).toLowerCase()).find((one) => one in LANGUAGES) || "en";
const STRINGS = LANGUAGE === "en" ? {} : Object.assign({}, ...Object.values(TRANSLATED));
const PATTERNS = (LANGUAGE === "en" ? [] : Object.keys({ ...TRANSLATED.sheets, ...TRANSLATED.server }))
  .filter((key) => key.includes("{")).map((key) => {
    // several slots do not reach from one sentence into the next
    const names = [], any = key.includes(";") || key.split("{").length < 3 ? "(.+?)" : "([^;]+?)";
    const source = key.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g,
      (_, name) => { names.push(name); return any; });
    return [new RegExp("^" + source + "$", "su"), names, key];
  });
document.documentElement.lang = LANGUAGES[LANGUAGE][2];

// t("{shown} of {all}", {shown: 3, all: 7})
function t(text, values = {}) {
  const found = Object.hasOwn(STRINGS, text) ? STRINGS[text] : text;
  return found.replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? String(values[name]) : all));
}

// A text that Python made, with its numbers and names in it; one that is not known stays as it is.
function told(text) {
  if (LANGUAGE === "en" || Object.hasOwn(STRINGS, text)) return t(text);
  for (const [pattern, names, key] of PATTERNS) {
    const parts = pattern.exec(text);
    if (parts) return t(key, Object.fromEntries(names.map((name, at) => [name, told(parts[at + 1])])));
  }
  return text.includes("; ") ? text.split("; ").map(told).join("；") : text;
}

function languageSwitch() {
  const buttons = Object.entries(LANGUAGES).map(([code, [name, whole, lang]]) => {
    const made = document.createElement("button");
    made.type = "button";
    made.lang = lang;
    made.title = whole;
    made.textContent = name;
    made.setAttribute("aria-pressed", String(code === LANGUAGE));
    made.addEventListener("click", () => {
      try { localStorage.setItem(KEPT, code); } catch { /* the server is told all the same */ }
      document.cookie = KEPT + "=" + code + "; path=/; max-age=31536000; samesite=strict";
      location.reload();
    });
    return made;
  });
  const group = document.createElement("div");
  group.className = "language";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "Language · 语言");
  group.append(...buttons);
  return group;
}
