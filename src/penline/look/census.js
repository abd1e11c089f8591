// A census: each count beside what was published of it, then what is not as it should be.

const VERDICTS = {
  "equal": t("as published"), "conflict": t("sources disagree; one is met"), "differs": t("differs"),
  "not published": t("not published"),
};
let kind = "";

function countsOf(card, rows) {
  return el("section", {}, el("h2", {}, label(card)),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Counts of {card}", { card }) },
      el("table", { class: "counts" },
        el("thead", {}, el("tr", {}, ...[t("What"), t("Part"), t("Of"), t("Found"), t("Published"), t("Verdict")]
          .map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...rows.map((row) => el("tr", { class: "is-" + row.verdict.split(" ")[0] },
          el("th", { scope: "row" }, t(row.what)), el("td", {}, t(row.part)), el("td", {}, t(row.scope)),
          el("td", { class: "number" }, count(row.found)),
          el("td", { class: "number" }, row.published.map((one) =>
            (one.rounded ? t("about ") : "") + count(one.value) +
            (one.source ? " (" + one.source + ")" : "")).join(" · ")),
          el("td", { class: "verdict" }, VERDICTS[row.verdict] || row.verdict)))))));
}

const list = el("div", {});

function drawFindings() {
  const rows = data.findings.filter((row) => !kind || row.kind === kind);
  const made = damage(rows, kind ? t("Findings, {kind}", { kind: t(kind) }) : t("Findings"), kind ? rows.length : data.total);
  list.replaceChildren(made);
  if (made) made.open = true;
}

function kinds() {
  const buttons = [["", data.findings.length], ...data.kinds].map(([name, many]) => {
    const button = toggle((name ? t(name) : t("All")) + " (" + count(many) + ")", name === kind, {});
    button.addEventListener("click", () => {
      kind = name;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      drawFindings();
    });
    return button;
  });
  return el("div", { class: "choice", role: "group", "aria-label": t("Kind of finding") }, ...buttons);
}

const cards = [...new Set(data.counts.map((row) => row.card))];
document.querySelector(".lead").replaceChildren(
  el("strong", { class: data.whole ? "good" : "problem" }, told(data.verdict)), t("."));
if (data.kinds.length > 1) document.getElementById("tools").append(kinds());
else document.getElementById("tools").remove();
document.getElementById("content").append(
  ...cards.map((card) => countsOf(card, data.counts.filter((row) => row.card === card))),
  data.findings.length ? el("h2", {}, t("What is not as it should be")) : "", list);
drawFindings();
