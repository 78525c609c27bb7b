// The card of one model, beside the answer.

let openedFrom = null;

// A card has an entry of its own in the history, so that Back closes it.
function openCard(row) {
  if (state.card === null) {
    openedFrom = document.activeElement;
    writeAddressNow();
    state.canGoBack = true;
    history.pushState(entryOf(state), "", addressOf({ ...state, card: row }));
  }
  state.card = row;
  showCard();
  writeAddressNow();
  byId("card").focus({ preventScroll: true });
}

function closeCard() {
  if (state.card === null) return;
  if (state.canGoBack) history.back();
  else {
    takeCardAway();
    writeAddressNow();
  }
}

function takeCardAway() {
  state.card = null;
  state.canGoBack = false;
  showCard();
  if (openedFrom?.isConnected) openedFrom.focus();
  openedFrom = null;
}

function facts(pairs) {
  return element("dl", pairs.flatMap(([name, value]) => [element("dt", name), element("dd", value)]));
}

function table(head, rows) {
  return element("table", [
    element("thead", element("tr", head.map((cell) => element("th", cell, { scope: "col" })))),
    element("tbody", rows.map((cells) => element("tr", cells.map((cell) =>
      (cell instanceof HTMLTableCellElement ? cell : element("td", cell)))))),
  ]);
}

const LICENSE_ADVICE = "Not legal advice; the terms of the training data are another matter.";

function licenseOf({ license, license_kind: kind, license_url: url }) {
  return [url === null ? license : outwards(license, url), ` (${kind})`, element("p", LICENSE_ADVICE, { class: "why" })];
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

function copyButton(code) {
  const copy = element("button", "Copy", { type: "button", id: "copy" });
  copy.addEventListener("click", async () => {
    await copyText(code);
    copy.textContent = "Copied";
  });
  return copy;
}

const placeOf = (row) => tested.findIndex((one) => refOf(one) === refOf(row));

// Of every run that timed it; of a backbone at each size.
function timingsOf(row) {
  const place = placeOf(row);
  return runs.flatMap((run) => {
    const own = row.is_backbone
      ? backboneTimings().filter((one) => one.run === run.run && one.architecture === row.architecture)
      : timings.get(run.run)().filter((one) => one.place === place);
    return own.map((timing) => ({ ...timing, run }));
  });
}

function devicesChart(row) {
  const timed = timingsOf(row);
  if (timed.length === 0) return element("p", "No device timed it.");
  const times = timed.map(({ ms }) => Math.log10(ms));
  const [least, most] = [Math.floor(Math.min(...times)), Math.max(...times)];
  return table(["Device", "ms (bars: log scale)", "Images/s"], timed.map((timing) => {
    const { run, ms, samples_per_sec: perSecond, batch_size: batch, img_size: px } = timing;
    const bar = element("td", three(ms), { class: "bar" });
    bar.style.setProperty("--share", (Math.log10(ms) - least) / (most - least || 1));
    const kind = [px ? `${px} px` : "", run.phase === "train" ? "training" : "", run.is_compiled ? "compiled" : "eager",
      batch === null ? "" : `batch ${batch}`, deviceOf(run.device).is_own ? certaintyInWords(timing) : ""].filter((part) => part !== "");
    return [[deviceOf(run.device).device_short_name, element("span", ` ${kind.join(", ")}`, { class: "why" })], bar, element("td", three(perSecond), { class: "wide" })];
  }));
}

function upgradesTable(row) {
  const own = state.rows.find((one) => refOf(one) === refOf(row));
  if (!own) return element("p", "This run did not time this model.");
  const better = upgrades(own, state.rows).slice(0, 5);
  if (better.length === 0) return element("p", "Nothing in this run is.");
  return table(["Model", "More top-1", "Fewer ms", "Fewer M parameters"], better.map((one) => [
    [nameButton(one), ` at ${one.img_size} px`], three(one.top1 - own.top1), three(own.ms - one.ms), three(own.param_count - one.param_count)]));
}

// Its other sizes lead to their cards.
function sizesOf({ model, img_size: size }) {
  const others = tested.filter((row) => row.model === model && row.img_size !== size);
  return [`${size} px`, ...others.flatMap((row) => ["; see also ", nameButton(row, `${row.img_size} px`)])];
}

function accuracyOf(card) {
  if (card.is_backbone) return [["Accuracy", withoutAccuracyInWords(card)]];
  return [
    ["Image size", sizesOf(card)], ["Top-1, top-5", `${card.top1.toFixed(2)} %, ${card.top5.toFixed(2)} %`],
    ["Standard error of top-1", `${card.top1_standard_error.toFixed(2)} points`],
    ["Not separable from", `${card.ties} other results, at 95 %`],
    ["GMACs", shown(card.gmacs, 2)],
    ["Activations", card.macts === null ? "not given" : `${card.macts.toFixed(2)} M`],
  ];
}

function factsOf(card) {
  return [
    ...accuracyOf(card),
    ["Parameters", card.param_count === null ? "not given" : `${card.param_count.toFixed(2)} M`],
    ["Kind, family", `${card.kind}, ${card.architecture_group}`],
    ["Pretrained on", pretrainingInWords(card)], ["Distilled", { true: "yes", false: "no", null: "unknown" }[card.is_distilled]],
    ["Licence", licenseOf(card)],
    ["Weights", card.hub_id === null ? "not given" : outwards(card.hub_id, `https://huggingface.co/${card.hub_id}`)],
    ["Paper", papersOf(card)],
    ["Input size", inputOf(card)],
    ["Feature width", shown(card.num_features, 0)], ["Strides", card.reductions?.join(", ") ?? "not given"],
  ];
}

function showCard() {
  const { card } = state;
  byId("card").hidden = card === null;
  document.body.classList.toggle("has_card", card !== null);
  drawChart();
  if (card === null) return;
  byId("card_name").replaceChildren(...breakable(card.model));
  const code = `timm.create_model(${JSON.stringify(card.model)}, pretrained=True)`;
  showPinButton("");
  byId("card_body").replaceChildren(
    element("p", [element("code", code, { id: "code" }), " ", copyButton(code)]),
    facts(factsOf(card)),
    element("h3", "On every device"),
    devicesChart(card),
    ...(card.is_backbone ? [] : [
      element("h3", "Robustness"),
      table(["Test set", "Top-1 (%)", "Above the line (logits)"], data.test_sets.map(
        ({ display_name: name, short_name: key }) => [name, shown(card[`${key}_top1`], 2), shown(card[`${key}_robustness`], 2)])),
      element("h3", "Better on every axis, here"),
      upgradesTable(card),
    ]),
  );
  byId("card").scrollTop = 0;
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
