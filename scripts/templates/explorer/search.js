// Finds models by what is typed or pasted, also those without a published accuracy.

function lineOf(row) {
  const said = row.is_backbone ? withoutAccuracyInWords(row) : `at ${row.img_size} px, ${three(row.top1)} %`;
  return element("li", [nameButton(row), " ", element("span", said, { class: "why" })]);
}

function showFound() {
  const { found, isHeld } = findModels(byId("search").value, known);
  byId("found").replaceChildren(...found.map(lineOf));
  byId("unlike").hidden = isHeld;
  byId("finds").hidden = found.length === 0;
  byId("found_said").textContent = found.length ? `Nearest first: ${found[0].model}` : "";
}

function buildSearch() {
  byId("search").addEventListener("input", showFound);
  byId("search_form").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("found").querySelector("button")?.click();
  });
  // Focus moves on first, so that closing the card comes back to the search.
  byId("found").addEventListener("click", () => {
    byId("search").focus();
    byId("finds").hidden = true;
  });
  byId("search_form").addEventListener("focusout", ({ relatedTarget }) => {
    if (!byId("search_form").contains(relatedTarget)) byId("finds").hidden = true;
  });
  byId("search_form").addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    byId("search").value = "";
    byId("search").focus();
    showFound();
  });
}
