// The list: the ladder, or all that is within the limits.

const COLUMNS = [
  { name: "model", title: "Model", isText: true },
  { name: "ms", title: "ms", look: "bar" },
  { name: "score", title: "Score", look: "bar", isShown: () => state.question.robust_weight > 0 },
  { name: "top1", title: "Top-1", look: "bar", isShown: () => state.question.robust_weight === 0 },
  { name: "top1", title: "Top-1", look: "wider", isShown: () => state.question.robust_weight > 0 },
  { name: "shifted_top1", title: "Shifted", look: "wider", isShown: () => state.question.robust_weight > 0 },
  { name: "img_size", title: "px", look: "wide", show: String },
  { name: "samples_per_sec", title: "Images/s", look: "wider", isShown: () => state.question.robust_weight === 0 },
  { name: "param_count", title: "M params", look: "wide" },
  { name: "gmacs", title: "GMACs", look: "wider" },
  { name: "pretrained_on", title: "Pretrained on", look: "text", isText: true, show: (text) => text },
];

// Null without a choice: the order of the answer.
let sorting = null;

function sortBy({ name, isText }) {
  sorting = { name, isText, isFlipped: sorting?.name === name && !sorting.isFlipped };
  showList();
}

function sorted(rows) {
  if (!sorting) return rows;
  const { name, isFlipped, isText } = sorting;
  const way = isFlipped ? -1 : 1;
  return [...rows].sort((left, right) => {
    if (left[name] === null || right[name] === null) return (left[name] === null) - (right[name] === null);
    return way * (isText ? byText(left[name], right[name]) : left[name] - right[name]) || left.place - right.place;
  });
}

// Which row a name belongs to: one listener serves a thousand rows.
const named = new WeakMap();
function nameButton(row, text = row.model) {
  const name = element("button", breakable(text), { type: "button", class: "model" });
  named.set(name, row);
  return name;
}

function tiesElement(row) {
  const ties = element("details", element("summary", tiesInWords(row.tied_models)), { class: "why" });
  ties.addEventListener("toggle", () => {
    if (ties.children.length > 1) return;
    ties.append(element("ul", tiesOf(row, state.answer.within).map((other) => element("li", [
      nameButton(other), ` at ${other.img_size} px, ${three(other.ms)} ms, ${three(other.top1)} %`]))));
  });
  return ties;
}

// What one measured oneself is told from what is predicted from it.
const certaintyOf = (row) => (deviceOf(state.question.device).is_own ? [element("p", certaintyInWords(row), { class: "why" })] : []);

// Beside a rung its step from the one below, and once each step beyond the limits.
function remarks(row, above) {
  const rung = rungInWords(row);
  const isOtherStep = row.next_model && row.next_model !== above?.next_model;
  return [
    rung ? element("p", rung, { class: "why" }) : null,
    isOtherStep ? element("p", stepInWords(row), { class: "why" }) : null,
    row.tied_models ? tiesElement(row) : null,
  ].filter((part) => part !== null);
}

function buildRows(rows, columns) {
  const greatest = { top1: 100, score: 100, ms: rows.reduce((most, { ms }) => Math.max(most, ms), 0) };
  const blank = element("tr", [
    element("th", element("button", [], { type: "button", class: "model" }), { scope: "row", role: "rowheader" }),
    ...columns.slice(1).map(({ name, look }) => element("td", [], { "data-column": name, class: look, role: "cell" })),
  ], { role: "row" });
  return rows.map((row, place) => {
    const line = blank.cloneNode(true);
    const [head, ...cells] = line.children;
    head.firstChild.append(...breakable(row.model));
    named.set(head.firstChild, row);
    head.append(...certaintyOf(row));
    if (!state.question.everything) head.append(...remarks(row, rows[place - 1]));
    cells.forEach((cell, number) => {
      const { name, look, show = three } = columns[number + 1];
      cell.textContent = show(row[name]);
      if (look === "bar") cell.style.setProperty("--share", row[name] / greatest[name]);
    });
    return line;
  });
}

function headOf(column) {
  const isSorted = sorting?.name === column.name;
  const button = element("button", column.title, { type: "button" });
  button.addEventListener("click", () => {
    sortBy(column);
    byId("list_head").querySelector(`[data-sort="${column.name}"] button`).focus();
  });
  return element("th", button, {
    scope: "col", role: "columnheader", class: column.look ?? "", "data-sort": column.name,
    "aria-sort": isSorted ? (sorting.isFlipped ? "descending" : "ascending") : "none",
  });
}

function showList() {
  const { answer: found, question } = state;
  const columns = COLUMNS.filter(({ isShown }) => !isShown || isShown());
  byId("count").textContent = countInWords(state);
  byId("list_head").replaceChildren(...columns.map(headOf));
  byId("list").className = question.everything ? "everything" : "";
  byId("models").hidden = found.rows.length === 0;
  byId("list").replaceChildren(...buildRows(sorted(found.rows), columns));
  const hidden = (question.everything ? found.within : found.ladder).length - found.rows.length;
  byId("more").hidden = hidden === 0;
  byId("more").textContent = `Show ${count(hidden, "more", "more")}`;
}

function buildList() {
  document.addEventListener("click", ({ target }) => {
    if (named.has(target)) openCard(named.get(target));
  });
  byId("more").addEventListener("click", () => change({ n: null }));
  byId("download").addEventListener("click", download);
}
