// The card of one model.

let openedFrom = null;

function openCard(row) {
  openedFrom = document.activeElement;
  state.card = row;
  showCard();
  writeAddress();
  byId("card").focus({ preventScroll: true });
  byId("card").scrollIntoView({ block: "start" });
}

function closeCard() {
  state.card = null;
  showCard();
  writeAddress();
  if (openedFrom?.isConnected) openedFrom.focus();
  openedFrom = null;
}

function facts(pairs) {
  return element("dl", pairs.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function table(head, rows) {
  return element("div", element("table", [
    element("thead", element("tr", head.map((cell) => element("th", cell, { scope: "col" })))),
    element("tbody", rows.map((cells) => element("tr", cells.map((cell) => element("td", cell))))),
  ]), { class: "scroll", tabindex: "0", role: "region", "aria-label": head.join(", ") });
}

function licenseOf({ license, license_kind: kind, license_url: url }) {
  return [url === null ? license : outwards(license, url), ` (${kind})`, element("p", byId("license_note").textContent, { class: "why" })];
}

// arXiv:2201.03545 is a link, what has another form stays text.
function papersOf({ paper }) {
  return (paper ?? "not given").split(" ").flatMap((one, place) => {
    const [, number] = one.match(/^arXiv:([\w./-]+)$/) ?? [];
    return [place ? " " : null, number ? outwards(one, `https://arxiv.org/abs/${number}`) : one];
  });
}

function inputOf({ input_size: size, is_fixed_input_size: isFixed }) {
  if (size === null) return "not given";
  return `${size} px, ${isFixed ? "fixed" : "not fixed"}`;
}

function showCard() {
  const { card } = state;
  byId("card").hidden = card === null;
  if (card === null) return;
  byId("card_name").textContent = card.model;
  const code = `timm.create_model(${JSON.stringify(card.model)}, pretrained=True)`;
  const copy = element("button", "Copy", { type: "button", id: "copy" });
  copy.addEventListener("click", async () => {
    await copyText(code);
    copy.textContent = "Copied";
  });
  const place = tested.findIndex((row) => row.model === card.model && row.img_size === card.img_size);
  const devices = runs.flatMap((run) => {
    const timing = timings.get(run.run).find((row) => row.place === place);
    return timing ? [[run.device_name, run.phase === "infer" ? "inference" : "training",
      run.is_compiled ? "compiled" : "eager", (1000 / timing.samples_per_sec).toFixed(4),
      timing.samples_per_sec.toFixed(1), String(timing.batch_size), timing.is_frontier ? "yes" : "no"]] : [];
  });
  const own = state.rows.find((row) => row.place === place);
  const better = own ? upgrades(own, state.rows) : [];
  byId("card_body").replaceChildren(
    element("p", [element("code", code, { id: "code" }), " ", copy]),
    facts([
      ["Image size", `${card.img_size} px`], ["Family", card.architecture_group],
      ["Pretrained on", card.pretrained_on], ["Distilled", { true: "yes", false: "no", null: "unknown" }[card.is_distilled]],
      ["Licence", licenseOf(card)],
      ["Weights", card.hub_id === null ? "not given" : outwards(card.hub_id, `https://huggingface.co/${card.hub_id}`)],
      ["Paper", papersOf(card)],
      ["Input size", inputOf(card)],
      ["Feature width", shown(card.num_features, 0)], ["Strides", card.reductions?.join(", ") ?? "not given"],
      ["Parameters", `${card.param_count.toFixed(2)} M`], ["GMACs", shown(card.gmacs, 2)],
      ["Activations", card.macts === null ? "not given" : `${card.macts.toFixed(2)} M`],
      ["Top-1, top-5", `${card.top1.toFixed(2)} %, ${card.top5.toFixed(2)} %`],
      ["Standard error of top-1", `${card.top1_standard_error.toFixed(2)} points`],
      ["Not separable from", `${card.ties} other results, at 95 %`],
    ]),
    element("h3", "Robustness"),
    table(["Test set", "Top-1 (%)", "Above the line (logits)"], data.test_sets.map(
      ({ display_name: name, short_name: key }) => [name, shown(card[`${key}_top1`], 2), shown(card[`${key}_robustness`], 2)])),
    element("h3", "On every device"),
    table(["Device", "Phase", "Kind", "ms", "Images/s", "Batch", "Frontier"], devices),
    element("h3", "Better on every axis, here"),
    better.length === 0
      ? element("p", own ? "Nothing in this run is." : "This run did not time this model.")
      : table(["Model", "Image size", "More top-1", "Fewer ms", "Fewer parameters (M)"], better.slice(0, 5).map((row) => [
        row.model, `${row.img_size} px`, (row.top1 - own.top1).toFixed(2), (own.ms - row.ms).toFixed(4),
        (own.param_count - row.param_count).toFixed(2)])),
  );
}

// The clipboard is not open to every page that was opened from disk.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
