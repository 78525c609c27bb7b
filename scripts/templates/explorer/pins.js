// Up to three models side by side.

const MOST_PINS = 3;
const isPinned = (row) => state.pins.some((pin) => refOf(pin) === refOf(row));

function togglePin(row) {
  state.pins = isPinned(row) ? state.pins.filter((pin) => refOf(pin) !== refOf(row)) : [...state.pins, row].slice(-MOST_PINS);
  showPins();
  showPinButton();
  drawChart();
  writeAddress();
}

function showPinButton() {
  if (!state.card) return;
  byId("pin").textContent = isPinned(state.card) ? "Unpin" : "Pin to compare";
}

function showPins() {
  const { pins } = state;
  byId("pins").hidden = pins.length === 0;
  const timed = pins.map((pin) => state.rows.find((row) => refOf(row) === refOf(pin)));
  const takeOut = (pin) => {
    const button = element("button", "Unpin", { type: "button", "aria-label": `Unpin ${pin.model}` });
    button.addEventListener("click", () => togglePin(pin));
    return button;
  };
  const lines = [
    ["ms here", ...timed.map((row) => three(row?.ms))],
    ["Images/s here", ...timed.map((row) => three(row?.samples_per_sec))],
    ["Top-1 (%)", ...pins.map((pin) => `${three(pin.top1)} ± ${short(1.96 * pin.top1_standard_error, 2)}`)],
    ...data.test_sets.map(({ display_name: name, short_name: key }) => [`${name} (%)`, ...pins.map((pin) => three(pin[`${key}_top1`]))]),
    ["Parameters (M)", ...pins.map((pin) => three(pin.param_count))],
    ["GMACs", ...pins.map((pin) => three(pin.gmacs))],
    ["Pretrained on", ...pins.map((pin) => pin.pretrained_on)],
    ["Licence", ...pins.map((pin) => `${pin.license} (${pin.license_kind})`)],
    ["", ...pins.map(takeOut)],
  ];
  byId("pins_table").replaceChildren(table(
    ["", ...pins.map((pin) => [nameButton(pin), ` at ${pin.img_size} px`])],
    lines.map(([name, ...cells]) => [element("th", name, { scope: "row" }), ...cells]),
  ));
}
