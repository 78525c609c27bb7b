// Common cases, each a question to begin with.

const cpu = data.devices.find((one) => one.device_kind === "cpu");
const PRESETS = [
  ...(cpu ? [["CPU in real time", { device: cpu.device, max_ms: 33 }]] : []),
  ["Below 10 M parameters", { max_param_count: 10 }],
  ["One millisecond on a card", { max_ms: 1 }],
  ["Most robust", { robust_weight: 1 }],
];

function buildPresets() {
  for (const [name, changes] of PRESETS) {
    const button = element("button", name, { type: "button" });
    button.addEventListener("click", () => startOver(changes));
    byId("presets").append(button);
  }
}
