// The short list, and its download.

const COLUMNS = [
  ["model", (row) => row.model], ["img_size", (row) => row.img_size],
  ["ms", (row) => row.ms.toFixed(4)], ["samples_per_sec", (row) => row.samples_per_sec.toFixed(1)],
  ["top1", (row) => row.top1.toFixed(2)], ["param_count", (row) => row.param_count.toFixed(2)],
  ["gmacs", (row) => shown(row.gmacs, 2)], ["pretrained_on", (row) => row.pretrained_on],
  ["is_frontier", (row) => (row.is_frontier ? "yes" : "no")], ["why", (row) => row.why],
];

function showList() {
  const { best, fitting, miss } = state.answer;
  byId("count").textContent = miss ?? `${fitting.length} ${fitting.length === 1 ? "model fits" : "models fit"}`
    + (fitting.length > best.length ? `; the best ${best.length}:` : ":");
  byId("list").replaceChildren(...best.map((row) => {
    const name = element("button", row.model, { type: "button", class: "model" });
    name.addEventListener("click", () => openCard(row));
    return element("tr", [
      element("td", String(row.place)),
      element("th", [name, element("p", row.why, { class: "why" })], { scope: "row" }),
      ...COLUMNS.slice(1, -1).map(([column, show]) => element("td", String(show(row)), { "data-column": column })),
    ]);
  }));
}

// Text that a spreadsheet would take for a formula is kept text by an apostrophe, as in exports.
function csvCell(text) {
  const sign = /(^|[;\t\r\n])([\p{M}\p{Z}\p{C}]*[=+@\-＝＋＠－﹦﹢﹫﹣])/gu;
  const safe = /^[+-]?[0-9.]+$/.test(text) ? text : text.replace(sign, "$1'$2");
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toCsv(rows) {
  const lines = rows.map((row) => COLUMNS.map(([column, show]) =>
    csvCell(column === "gmacs" && row.gmacs === null ? "" : String(show(row)))).join(","));
  return [COLUMNS.map(([column]) => column).join(","), ...lines].join("\n") + "\n";
}

function download() {
  const link = element("a", "", {
    href: URL.createObjectURL(new Blob([toCsv(state.answer.best)], { type: "text/csv" })),
    download: "image_models.csv",
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
