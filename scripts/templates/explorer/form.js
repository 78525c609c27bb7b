// The form: what is asked for.

// Limits in another unit are those that the functions refuse too.
const CONTROLS = [
  { id: "max_ms", names: ["max_ms", "min_samples_per_sec"] },
  { id: "min_top1", names: ["min_top1"], label: "Top-1 accuracy, at least (%)", wrongUnit: (limit) => limit < 1 && "Top-1 is in percent: 80, not 0.8." },
  { id: "max_param_count", names: ["max_param_count"], label: "Parameters, at most (M)", wrongUnit: (limit) => limit > 20000 && "Parameters are in millions: 25, not 25000000." },
  { id: "max_gmacs", names: ["max_gmacs"], label: "GMACs, at most", wrongUnit: (limit) => limit > 100000 && "GMACs are in billions: 4, not 4000000000." },
];
const TIME_LABELS = { max_ms: "Time per image, at most (ms)", min_samples_per_sec: "Images per second, at least" };
const limitOf = ({ names }) => LIMITS.find(({ name }) => name === (names.includes(state.unit) ? state.unit : names[0]));

function rangeOf(field) {
  const values = state.rows.map((row) => row[field]).filter((value) => value !== null && value > 0);
  return [Math.min(...values), Math.max(...values)];
}

// A slider runs over the logarithm of its figure; its open end is no limit.
function toSlider({ field, most }, limit) {
  if (limit === null) return most ? 1000 : 0;
  const [least, greatest] = state.ranges[field];
  return 1000 * Math.log(limit / least) / Math.log(greatest / least);
}

function fromSlider({ field, most }, place) {
  if (place === (most ? 1000 : 0)) return null;
  const [least, greatest] = state.ranges[field];
  return Number((least * (greatest / least) ** (place / 1000)).toPrecision(3));
}

function buildLimit(control) {
  const number = element("input", [], { type: "number", id: control.id, min: "0", step: "any", placeholder: "no limit" });
  const slider = element("input", [], { type: "range", id: `${control.id}_slider`, min: "0", max: "1000" });
  const label = element("label", control.label ?? "", { for: control.id, id: `${control.id}_label` });
  number.addEventListener("input", () => {
    const given = Number(number.value);
    const fault = given < 0 ? "A limit must be above 0." : given > 0 && control.wrongUnit?.(given);
    number.setCustomValidity(fault || "");
    number.reportValidity();
    change({ [limitOf(control).name]: given > 0 && !fault ? given : null });
  });
  slider.addEventListener("input", () =>
    change({ [limitOf(control).name]: fromSlider(limitOf(control), Number(slider.value)) }));
  byId("limits").append(element("div", [label, number, slider], { class: "limit" }));
}

// The same limit in the other unit.
function switchUnit(unit) {
  state.unit = unit;
  byId("max_ms").blur();
  const limit = state.question.max_ms ?? state.question.min_samples_per_sec;
  const converted = limit === null ? null : Number((1000 / limit).toPrecision(3));
  change({ max_ms: null, min_samples_per_sec: null, [unit]: converted });
}

function buildForm() {
  byId("device").append(...data.devices.map((one) => element("option", `${one.device_name}${one.is_own ? " (your own)" : ""}`, { value: one.device })));
  CONTROLS.forEach(buildLimit);
  byId("max_ms").after(byId("unit"));
  byId("unit").addEventListener("change", () => switchUnit(byId("unit").value));
  byId("license_kind").append(...licenseKinds.map((kind) => element("option", kind, { value: kind })));
  byId("kind").append(...kinds.map((kind) => element("option", kind, { value: kind })));
  for (const group of groups) {
    const box = element("input", [], { type: "checkbox", value: group });
    box.addEventListener("change", () => change({
      architecture_group: [...byId("groups").querySelectorAll("input:checked")].map((one) => one.value),
    }));
    byId("groups").append(element("label", [box, ` ${group}`]));
  }
  const read = {
    compiled: (box) => yesOrNo(box.value) ?? null,
    is_self_supervised: (box) => yesOrNo(box.value) ?? null,
    imagenet1k_only: (box) => box.checked,
    everything: (box) => box.checked,
    robust_weight: (box) => Number(box.value),
  };
  for (const name of ["device", "phase", "compiled", "imagenet1k_only", "license_kind", "kind",
    "is_self_supervised", "robust_weight", "name", "everything"]) {
    const box = byId(name);
    const value = read[name] ?? ((one) => one.value);
    box.addEventListener("input", () => change({ [name]: value(box), ...(name === "everything" ? { n: box.checked ? null : DEFAULTS.n } : {}) }));
  }
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("reset").addEventListener("click", () => {
    sorting = null;
    ask({}, []);
  });
}

function fillLimit(control) {
  const limit = limitOf(control);
  const asked = state.question[limit.name];
  const [box, slider] = [byId(control.id), byId(`${control.id}_slider`)];
  // What is being typed or moved is left as it is.
  if (box !== document.activeElement) box.value = asked ?? "";
  slider.disabled = !Number.isFinite(state.ranges[limit.field][0]);
  if (slider !== document.activeElement) slider.value = toSlider(limit, asked);
  const label = control.label ?? TIME_LABELS[limit.name];
  byId(`${control.id}_label`).textContent = label;
  slider.setAttribute("aria-label", `${label}, slider`);
  slider.setAttribute("aria-valuetext", asked === null ? "no limit" : String(asked));
}

function fillForm() {
  const { question } = state;
  const own = runs.filter((run) => run.device === question.device);
  byId("phase").replaceChildren(...[...new Set(own.map((run) => run.phase))].sort().map((phase) =>
    element("option", PHASES[phase], { value: phase })));
  const ofPhase = own.filter((run) => run.phase === question.phase);
  byId("compiled").replaceChildren(...ofPhase.map((run) => element("option",
    run.is_compiled ? "compiled" : "eager",
    { value: run.is_default_run ? "" : String(run.is_compiled) })));
  for (const name of ["device", "phase", "license_kind", "kind", "robust_weight"]) byId(name).value = question[name];
  byId("compiled").disabled = ofPhase.length === 1;
  byId("compiled").value = chooseRun(question).is_default_run ? "" : String(question.compiled);
  byId("is_self_supervised").value = question.is_self_supervised ?? "";
  byId("imagenet1k_only").checked = question.imagenet1k_only;
  byId("everything").checked = question.everything;
  if (byId("name").value !== question.name) byId("name").value = question.name;
  byId("robust_shown").textContent = `${Math.round(100 * question.robust_weight)} %`;
  byId("unit").value = state.unit;
  CONTROLS.forEach(fillLimit);
  for (const box of byId("groups").querySelectorAll("input")) box.checked = question.architecture_group.includes(box.value);
  byId("groups_summary").textContent = question.architecture_group.length
    ? `Families: ${question.architecture_group.join(", ")}` : "Families: all";
  const limits = [limitsInWords(question), choicesInWords(question)].filter((part) => part !== "").join("; ");
  byId("drawer_title").textContent = `Limits: ${limits || "none"}`;
}
