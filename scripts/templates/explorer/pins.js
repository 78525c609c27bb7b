// Up to three models side by side.

const MOST_PINS = 3;
const isPinned = (row) => state.pins.some((pin) => refOf(pin) === refOf(row));

function togglePin(row) {
  const left = isPinned(row) ? state.pins.filter((pin) => refOf(pin) !== refOf(row)) : [...state.pins, row];
  const dropped = left.length > MOST_PINS ? left.shift() : null;
  state.pins = left;
  showPins();
  showPinButton(dropped ? `${dropped.model} was unpinned: ${MOST_PINS} at the most.` : "");
  drawChart();
  writeAddress();
}

function showPinButton(said) {
  const { card, pins } = state;
  if (!card) return;
  byId("pin").hidden = card.is_backbone;
  byId("pin").textContent = isPinned(card) ? "Unpin" : "Pin to compare";
  byId("see_pins").hidden = pins.length < 2;
  byId("see_pins").textContent = `See ${pins.length} side by side`;
  byId("pin_said").textContent = said;
}

// The card is in the way of what it is compared with.
function seePins() {
  openedFrom = byId("pins_title");
  byId("pins").open = true;
  closeCard();
}

function showPins() {
  const { pins } = state;
  byId("pins").hidden = pins.length === 0;
  byId("pins_title").textContent = `${pins.length} of ${MOST_PINS} pinned: ${joined(pins.map(nameInShort))}`;
  const timed = pins.map((pin) => state.rows.find((row) => refOf(row) === refOf(pin)));
  const takeOut = (pin) => {
    const button = element("button", "Unpin", { type: "button", "aria-label": `Unpin ${pin.model}` });
    button.addEventListener("click", () => togglePin(pin));
    return button;
  };
  const lines = [
    ["Time here", ...timed.map((row) => (row ? timeInWords(row) : "not timed"))],
    ["Images/s here", ...timed.map((row) => three(row?.samples_per_sec))],
    ["Top-1 (%)", ...pins.map((pin) => `${three(pin.top1)} ± ${short(Z95 * pin.top1_standard_error, 2)}`)],
    ...data.test_sets.map(({ display_name: name, short_name: key }) => [`${name} (%)`, ...pins.map((pin) => three(pin[`${key}_top1`]))]),
    ["Parameters (M)", ...pins.map((pin) => three(pin.param_count))],
    ["GMACs", ...pins.map((pin) => three(pin.gmacs))],
    ["Pretrained on", ...pins.map(pretrainingInWords)],
    ["Licence", ...pins.map((pin) => `${pin.license} (${pin.license_kind})`)],
    ["", ...pins.map(takeOut)],
  ];
  byId("pins_table").replaceChildren(table(
    ["Model", ...pins.map((pin) => [nameButton(pin), ` at ${pin.img_size} px`])],
    lines.map(([name, ...cells]) => [element(name ? "th" : "td", name, name ? { scope: "row" } : {}), ...cells]),
  ));
}
