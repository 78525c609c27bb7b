// The question, and the address that keeps it.

const DEFAULTS = {
  device: (data.devices.find((one) => one.is_default_device) ?? data.devices[0]).device, phase: "infer",
  compiled: false, max_ms: null, min_samples_per_sec: null, min_top1: null, max_param_count: null,
  max_gmacs: null, imagenet1k_only: false, license_kind: "", robust_weight: 0, n: 20, families: [], text: "",
};

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const question = structuredClone(DEFAULTS);
  for (const [name, start] of Object.entries(DEFAULTS)) {
    if (!given.has(name)) continue;
    const text = given.get(name);
    const number = Number(text);
    if (typeof start === "boolean") question[name] = text === "true";
    else if (Array.isArray(start)) question[name] = text.split(",").filter((one) => families.includes(one));
    else if (typeof start === "number" || start === null) {
      const isLimit = start === null;
      if (text !== "" && Number.isFinite(number) && (number > 0 || !isLimit)) question[name] = number;
    } else question[name] = text;
  }
  if (!licenseKinds.includes(question.license_kind)) question.license_kind = DEFAULTS.license_kind;
  question.robust_weight = Math.min(Math.max(question.robust_weight, 0), 1);
  question.n = Math.min(Math.max(Math.round(question.n), 1), 2000);
  if (!chooseRun(question)) {
    const run = runs.find((one) => one.device === question.device)
      ?? runs.find((one) => one.device === DEFAULTS.device);
    Object.assign(question, { device: run.device, phase: run.phase, compiled: run.is_compiled });
  }
  return { question, card: given.get("model"), size: Number(given.get("size")) };
}

// Not at every step of a slider: browsers limit how often a page may do this.
let addressTimer = null;
function writeAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(writeAddressNow, 150);
}

function writeAddressNow() {
  const kept = new URLSearchParams();
  for (const [name, start] of Object.entries(DEFAULTS)) {
    const value = state.question[name];
    if (String(value) !== String(start)) kept.set(name, String(value));
  }
  if (state.card) {
    kept.set("model", state.card.model);
    kept.set("size", state.card.img_size);
  }
  history.replaceState(null, "", `#${kept}`);
}
