// The question, and the address that keeps it.

const DEFAULTS = {
  device: (data.devices.find((one) => one.is_default_device) ?? data.devices[0]).device, phase: "infer",
  compiled: null, max_ms: null, min_samples_per_sec: null, min_top1: null, max_param_count: null,
  max_gmacs: null, imagenet1k_only: false, license_kind: "", kind: "", architecture_group: [],
  name: "", is_self_supervised: null, robust_weight: 0, everything: false, n: 10,
};

const yesOrNo = (text) => ({ true: true, false: false }[text]);
const oneOf = (known) => (text) => (known.includes(text) ? text : undefined);
const numberFrom = (isFine) => (text) => (text !== "" && isFine(Number(text)) ? Number(text) : undefined);
const aLimit = numberFrom((number) => Number.isFinite(number) && number > 0);

// What a text in an address stands for; undefined is nothing here.
const READERS = {
  device: oneOf(data.devices.map((one) => one.device)),
  phase: (text) => ({ inference: "infer", training: "train" }[text] ?? oneOf(["infer", "train"])(text)),
  compiled: yesOrNo,
  ...Object.fromEntries(LIMITS.map(({ name }) => [name, aLimit])),
  imagenet1k_only: yesOrNo,
  license_kind: oneOf(licenseKinds),
  kind: oneOf(kinds),
  architecture_group: (text) => (text.split(",").every((one) => groups.includes(one)) ? text.split(",") : undefined),
  name: (text) => text,
  is_self_supervised: yesOrNo,
  robust_weight: numberFrom((number) => number >= 0 && number <= 1),
  everything: yesOrNo,
  n: (text) => (text === "all" ? null : numberFrom((number) => Number.isInteger(number) && number > 0)(text)),
};

const refOf = (row) => `${row.img_size}@${row.model}`;
const testedAs = (ref) => tested.find((row) => refOf(row) === ref) ?? null;

// Without a size the one at which it is most accurate.
function modelOf(given) {
  if (given.has("size")) return testedAs(`${given.get("size")}@${given.get("model")}`);
  return known.find(({ model }) => model === given.get("model")) ?? null;
}

// Also says what of the address means nothing here, so that no other question is answered silently.
function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const question = structuredClone(DEFAULTS);
  const unknown = [];
  for (const [name, text] of given) {
    if (name === "model" || name === "size") continue;
    if (name === "pin") {
      if (!testedAs(text)) unknown.push(`model “${clipped(text)}”`);
      continue;
    }
    const value = Object.hasOwn(READERS, name) ? READERS[name](text) : undefined;
    if (value === undefined) unknown.push(`${clipped(name)} “${clipped(text)}”`);
    else question[name] = value;
  }
  if (question.max_ms !== null && question.min_samples_per_sec !== null) {
    question.max_ms = Math.min(question.max_ms, 1000 / question.min_samples_per_sec);
    question.min_samples_per_sec = null;
  }
  const card = modelOf(given);
  if (given.has("model") && !card) unknown.push(`model “${clipped(given.get("model"))}”`);
  const notices = unknown.length ? [`This link asks for what is not here: ${unknown.join(", ")}. This is the answer without.`] : [];
  return {
    question,
    notices: [...notices, ...settleRun(question)],
    card,
    pins: given.getAll("pin").map(testedAs).filter((row) => row !== null).slice(0, MOST_PINS),
  };
}

// Takes a run that there is, and says so where it is not the one asked for.
function settleRun(question) {
  if (chooseRun(question)) return [];
  const own = runs.filter((run) => run.device === question.device);
  const { device_name: name } = deviceOf(question.device);
  const asked = `${question.compiled === null ? "" : question.compiled ? "compiled " : "eager "}${PHASES[question.phase]}`;
  question.compiled = null;
  if (!chooseRun(question)) {
    const run = own.find((one) => one.is_default_run) ?? own[0] ?? runs[0];
    Object.assign(question, { device: run.device, phase: run.phase, compiled: run.is_default_run ? null : run.is_compiled });
  }
  const run = chooseRun(question);
  return [`${name} was not timed for ${asked}; this is ${run.is_compiled ? "compiled " : "eager "}${PHASES[run.phase]}`
    + `${run.device_name === name ? "" : ` on ${run.device_name}`}.`];
}

function addressOf({ question, card, pins }) {
  const kept = new URLSearchParams();
  for (const [name, start] of Object.entries(DEFAULTS)) {
    const value = question[name];
    if (String(value) !== String(start)) kept.set(name, name === "n" ? value ?? "all" : String(value));
  }
  for (const row of pins) kept.append("pin", refOf(row));
  if (card) {
    kept.set("model", card.model);
    if (!card.is_backbone) kept.set("size", card.img_size);
  }
  return `#${kept}`;
}

// Not at every step of a slider: browsers limit how often a page may do this.
let addressTimer = null;
function writeAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(writeAddressNow, 150);
}

function writeAddressNow() {
  clearTimeout(addressTimer);
  history.replaceState(entryOf(state), "", addressOf(state));
}

// What an entry of the history is: cards of one question have its step.
const entryOf = ({ step, canGoBack }) => ({ step, canGoBack });

// Puts a question into the history, so that Back brings the one before.
function ask(changes, pins = state.pins) {
  writeAddressNow();
  Object.assign(state, { question: { ...structuredClone(DEFAULTS), ...changes }, unit: "max_ms", pins, card: null, canGoBack: false, step: Date.now() });
  showNotices(settleRun(state.question));
  history.pushState(entryOf(state), "", addressOf(state));
  show(true);
}
