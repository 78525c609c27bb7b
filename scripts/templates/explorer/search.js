// Finds models by what is typed or pasted, also those without a published accuracy.

const MOST_FOUND = 8;

function find(text) {
  const words = wordsOf(text);
  if (words.length === 0) return { rows: [], backbones: [] };
  const isStart = ({ model }) => model.toLowerCase().startsWith(bareName(text));
  const rows = tested.filter((row) => holds(row.model, words)).sort((left, right) =>
    isStart(right) - isStart(left) || right.top1 - left.top1 || byName(left, right));
  const backbones = data.backbones.filter(({ model }) => holds(model, words));
  return { rows, backbones };
}

function showFound() {
  const text = byId("search").value;
  const { rows, backbones } = find(text);
  const lines = [
    ...rows.slice(0, MOST_FOUND).map((row) => element("li", [nameButton(row), ` at ${row.img_size} px, ${three(row.top1)} %`])),
    ...backbones.slice(0, MOST_FOUND).map(({ model, is_timed: isTimed }) =>
      element("li", [model, element("span", ` ${isTimed ? "timed, " : ""}no accuracy published`, { class: "why" })])),
  ];
  const left = Math.max(rows.length - MOST_FOUND, 0) + Math.max(backbones.length - MOST_FOUND, 0);
  if (left) lines.push(element("li", `and ${left} more`));
  if (wordsOf(text).length && lines.length === 0) lines.push(element("li", "No model is called so."));
  byId("found").replaceChildren(...lines);
  byId("found").hidden = lines.length === 0;
}

function buildSearch() {
  byId("search").addEventListener("input", showFound);
  byId("search_form").addEventListener("submit", (event) => event.preventDefault());
  // Focus moves on first, so that closing the card comes back to the search.
  byId("found").addEventListener("click", () => {
    byId("search").focus();
    byId("found").hidden = true;
  });
  byId("search_form").addEventListener("focusout", ({ relatedTarget }) => {
    if (!byId("search_form").contains(relatedTarget)) byId("found").hidden = true;
  });
  byId("search_form").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("search").value = "";
    byId("search").focus();
    showFound();
  });
}
