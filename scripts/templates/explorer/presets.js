// Common cases, each a question to begin with, on the device that was chosen where it is of the kind.

const PRESETS = [
  { name: "CPU in real time", kind: "cpu", limits: { max_ms: 33 } },
  { name: "Below 10 M parameters", limits: { max_param_count: 10 } },
  { name: "One millisecond on a card", kind: "gpu", limits: { max_ms: 1 } },
  { name: "Most robust", limits: { robust_weight: 1 } },
  ...data.devices.filter((one) => one.is_own).map(({ device, device_name: name }) => ({ name: `${name} (your own)`, device, limits: {} })),
];

// The best known of a kind of device.
const ofKind = (kind) => data.devices.filter((one) => one.device_kind === kind)
  .sort((left, right) => right.is_default_device - left.is_default_device || left.is_own - right.is_own)[0];

function askPreset({ kind, device = kind && ofKind(kind).device, limits }) {
  const { question } = state;
  const isKept = !device || device === question.device || deviceOf(question.device).device_kind === kind;
  ask({ ...(isKept ? { device: question.device, phase: question.phase, compiled: question.compiled } : { device }), ...limits });
}

function buildPresets() {
  for (const preset of PRESETS.filter(({ kind }) => !kind || ofKind(kind))) {
    const button = element("button", preset.name, { type: "button" });
    button.addEventListener("click", () => askPreset(preset));
    byId("presets").append(button);
  }
}
