// The form: what is asked for.

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

function buildForm() {
  for (const device of data.devices) byId("device").append(element("option", device.device_name, { value: device.device }));
  for (const limit of LIMITS) {
    const number = element("input", [], { type: "number", id: limit.name, min: "0", step: "any", placeholder: "no limit" });
    const slider = element("input", [], { type: "range", id: `${limit.name}_slider`, min: "0", max: "1000", "aria-label": `${limit.label}, slider` });
    byId("limits").append(element("div", [element("label", limit.label, { for: limit.name }), number, slider], { class: "limit" }));
    number.addEventListener("input", () => {
      const given = Number(number.value);
      number.setCustomValidity(given < 0 ? "A limit must be above 0." : "");
      number.reportValidity();
      change({ [limit.name]: given > 0 ? given : null });
    });
    slider.addEventListener("input", () => change({ [limit.name]: fromSlider(limit, Number(slider.value)) }));
  }
  byId("license_kind").append(
    element("option", "any licence", { value: "" }),
    ...licenseKinds.map((kind) => element("option", `${kind} only`, { value: kind })),
  );
  for (const family of families) {
    const box = element("input", [], { type: "checkbox", value: family });
    box.addEventListener("change", () => change({
      families: [...byId("families").querySelectorAll("input:checked")].map((one) => one.value),
    }));
    byId("families").append(element("label", [box, ` ${family}`]));
  }
  byId("device").addEventListener("change", () => change({ device: byId("device").value }));
  byId("phase").addEventListener("change", () => change({ phase: byId("phase").value }));
  byId("compiled").addEventListener("change", () => change({ compiled: byId("compiled").checked }));
  byId("imagenet1k_only").addEventListener("change", () => change({ imagenet1k_only: byId("imagenet1k_only").checked }));
  byId("license_kind").addEventListener("change", () => change({ license_kind: byId("license_kind").value }));
  byId("text").addEventListener("input", () => change({ text: byId("text").value }));
  byId("robust_weight").addEventListener("input", () => change({ robust_weight: Number(byId("robust_weight").value) }));
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("n").addEventListener("input", () => {
    const count = Number(byId("n").value);
    if (count >= 1) change({ n: Math.min(Math.round(count), 2000) });
  });
  byId("reset").addEventListener("click", () => { closeCard(); change(structuredClone(DEFAULTS)); });
  byId("download").addEventListener("click", download);
  byId("close").addEventListener("click", closeCard);
  byId("card").addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(); });
  addEventListener("hashchange", restore);
}

function fillForm() {
  const { question } = state;
  byId("device").value = question.device;
  const own = runs.filter((run) => run.device === question.device);
  byId("phase").replaceChildren(...[...new Set(own.map((run) => run.phase))].sort().map((phase) =>
    element("option", phase === "infer" ? "inference" : "training", { value: phase })));
  byId("phase").value = question.phase;
  const kinds = own.filter((run) => run.phase === question.phase).map((run) => run.is_compiled);
  byId("compiled").checked = question.compiled;
  byId("compiled").disabled = kinds.length < 2;
  byId("compiled_note").textContent = kinds.length < 2
    ? (kinds[0] ? "This device was timed compiled only." : "This device was not timed compiled.") : "";
  byId("imagenet1k_only").checked = question.imagenet1k_only;
  byId("license_kind").value = question.license_kind;
  if (byId("text").value !== question.text) byId("text").value = question.text;
  if (byId("n") !== document.activeElement) byId("n").value = question.n;
  byId("robust_weight").value = question.robust_weight;
  byId("robust_shown").textContent = `${Math.round(100 * question.robust_weight)} %`;
  for (const limit of LIMITS) {
    const box = byId(limit.name);
    // What is being typed or moved is left as it is.
    if (box !== document.activeElement) box.value = question[limit.name] ?? "";
    const slider = byId(`${limit.name}_slider`);
    slider.disabled = !Number.isFinite(state.ranges[limit.field][0]);
    if (slider !== document.activeElement) slider.value = toSlider(limit, question[limit.name]);
  }
  for (const box of byId("families").querySelectorAll("input")) box.checked = question.families.includes(box.value);
  byId("families_summary").textContent = question.families.length ? `Families: ${question.families.join(", ")}` : "Families: all";
}
