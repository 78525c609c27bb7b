// The explorer: the questions of best_models() and upgrades(), answered in the page.
// The pure part (answer, upgrades) takes rows and returns rows; the rest is the page.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const LIMITS = [
  { name: "max_ms", field: "ms", most: true, label: "Time per image, at most (ms)" },
  { name: "min_samples_per_sec", field: "samples_per_sec", most: false, label: "Images per second, at least" },
  { name: "min_top1", field: "top1", most: false, label: "Top-1 accuracy, at least (%)" },
  { name: "max_param_count", field: "param_count", most: true, label: "Parameters, at most (M)" },
  { name: "max_gmacs", field: "gmacs", most: true, label: "GMACs, at most" },
];

// --- data ------------------------------------------------------------------------------

const tested = fromColumns(data.tested);
const runs = data.runs;
const timings = new Map(runs.map(({ run }) => [run, fromColumns(data.timings[run] ?? { place: [] })]));

function fromColumns(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, number) =>
    Object.fromEntries(names.map((name) => [name, columns[name][number]])));
}

function rowsOf({ run }) {
  return timings.get(run).map((timing) => ({
    ...tested[timing.place],
    ...timing,
    ms: 1000 * (1 / timing.samples_per_sec),
    is_frontier: timing.is_frontier === 1,
    is_frontier_imagenet1k: timing.is_frontier_imagenet1k === 1,
  }));
}

function chooseRun(question) {
  return runs.find((run) => run.device === question.device && run.phase === question.phase
    && run.is_compiled === question.compiled);
}

// --- answers ---------------------------------------------------------------------------

const byText = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

function score(row, weight) {
  if (weight === 0) return row.top1;
  return row.shifted_top1 === null ? null : (1 - weight) * row.top1 + weight * row.shifted_top1;
}

function brokenLimits(row, question) {
  const broken = [];
  for (const { name, field, most } of LIMITS) {
    const limit = question[name];
    const value = row[field];
    if (limit !== null && (value === null || (most ? value > limit : value < limit))) broken.push(name);
  }
  return broken.sort();
}

function overshoot(row, question) {
  let total = 0;
  for (const { name, field, most } of LIMITS) {
    if (question[name] === null || row[field] === null) continue;
    total += Math.max(Math.log(most ? row[field] / question[name] : question[name] / row[field]), 0);
  }
  return total;
}

const byName = (left, right) =>
  byText(left.row.model, right.row.model) || left.row.img_size - right.row.img_size;
const bySpeed = (left, right) =>
  left.row.ms - right.row.ms || right.row.top1 - left.row.top1 || byName(left, right);
const byScore = (left, right) => (left.score === null) - (right.score === null)
  || right.score - left.score || left.row.ms - right.row.ms || byName(left, right);

function explain(row, candidates) {
  let step = null;
  for (const other of candidates) {
    if (other.row.top1 > row.top1 && (step === null || bySpeed(other, step) < 0)) step = other;
  }
  if (step === null) return "nothing here is more accurate";
  const limits = step.broken.length ? `, but for ${step.broken.join(", ")}` : "";
  step = step.row;
  const time = step.ms > row.ms ? `${(step.ms - row.ms).toFixed(4)} ms more` : "no more time";
  return `+${(step.top1 - row.top1).toFixed(2)} top1 for ${time} with ${step.model} at `
    + `${step.img_size} px${limits}`;
}

// The ranked short list, as best_models() gives it; `families` and `text` narrow it further.
function answer(question, rows = rowsOf(chooseRun(question))) {
  const candidates = rows
    .filter((row) => !(question.imagenet1k_only && row.is_extra_data))
    .map((row) => ({ row, score: score(row, question.robust_weight), broken: brokenLimits(row, question) }));
  const words = wordsOf(question.text.trim().toLowerCase(), candidates);
  const fitting = candidates.filter(({ row, broken }) => broken.length === 0
    && (question.families.length === 0 || question.families.includes(row.architecture_group))
    && words.every((word) => row.model.toLowerCase().includes(word)));
  fitting.sort(byScore);
  return {
    best: fitting.slice(0, question.n)
      .map(({ row }, place) => ({
        ...row,
        place: place + 1,
        is_frontier: question.imagenet1k_only ? row.is_frontier_imagenet1k : row.is_frontier,
        why: explain(row, candidates),
      })),
    fitting: fitting.map(({ row }) => row),
    miss: fitting.length === 0 ? nearestMiss(candidates, question) : null,
  };
}

// A part of a name as it stands, or else words of it in any order.
function wordsOf(text, candidates) {
  const isPart = candidates.some(({ row }) => row.model.toLowerCase().includes(text));
  return isPart ? [text] : text.match(/[a-z0-9]+/g) ?? [];
}

function nearestMiss(candidates, question) {
  const byOvershoot = (left, right) =>
    overshoot(left.row, question) - overshoot(right.row, question)
    || right.row.top1 - left.row.top1 || byName(left, right);
  const [nearest] = candidates.filter(({ broken }) => broken.length > 0).sort(byOvershoot);
  if (!nearest || candidates.some(({ broken }) => broken.length === 0)) {
    return "Nothing fits the families and the name.";
  }
  const { row, broken } = nearest;
  return `Nothing fits. Nearest: ${row.model} at ${row.img_size} px, ${row.ms.toFixed(4)} ms, `
    + `top1 ${row.top1.toFixed(2)}, ${row.param_count.toFixed(2)} M parameters; but for ${broken.join(", ")}`;
}

// What beats a row on every axis, as upgrades() gives it.
function upgrades(own, rows) {
  return rows.filter((row) => row.top1 >= own.top1 && row.ms <= own.ms
      && row.param_count <= own.param_count
      && (row.gmacs === null || own.gmacs === null || row.gmacs <= own.gmacs)
      && (row.top1 > own.top1 || row.ms < own.ms))
    .sort((left, right) => right.top1 - left.top1 || left.ms - right.ms
      || byText(left.model, right.model));
}

// --- the question: form, address -------------------------------------------------------

const DEFAULTS = {
  device: "rtx4090", phase: "infer", compiled: false, max_ms: null, min_samples_per_sec: null,
  min_top1: null, max_param_count: null, max_gmacs: null, imagenet1k_only: false, robust_weight: 0,
  n: 20, families: [], text: "",
};

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const question = structuredClone(DEFAULTS);
  for (const [name, start] of Object.entries(DEFAULTS)) {
    if (!given.has(name)) continue;
    const text = given.get(name);
    const number = Number(text);
    if (typeof start === "boolean") question[name] = text === "true";
    else if (Array.isArray(start)) question[name] = text.split(",").filter((one) => data.families.includes(one));
    else if (typeof start === "number" || start === null) {
      const isLimit = start === null;
      if (text !== "" && Number.isFinite(number) && (number > 0 || !isLimit)) question[name] = number;
    } else question[name] = text;
  }
  question.robust_weight = Math.min(Math.max(question.robust_weight, 0), 1);
  question.n = Math.min(Math.max(Math.round(question.n), 1), 2000);
  if (!chooseRun(question)) {
    const run = runs.find((one) => one.device === question.device) ?? runs.find((one) => one.device === DEFAULTS.device) ?? runs[0];
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

const state = { question: structuredClone(DEFAULTS), rows: [], ranges: {}, card: null, answer: null };

// --- the page --------------------------------------------------------------------------

const byId = (id) => document.getElementById(id);
const shown = (value, digits) => (value === null || value === undefined ? "not given" : value.toFixed(digits));

function element(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat().filter((part) => part !== null));
  return made;
}

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
  for (const device of data.devices) byId("device").append(element("option", device.name, { value: device.device }));
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
  for (const family of data.families) {
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
  if (byId("text").value !== question.text) byId("text").value = question.text;
  if (byId("n") !== document.activeElement) byId("n").value = question.n;
  byId("robust_weight").value = question.robust_weight;
  byId("robust_shown").textContent = `${Math.round(100 * question.robust_weight)} %`;
  for (const limit of LIMITS) {
    const box = byId(limit.name);
    // What is being typed or moved is left as it is.
    if (box !== document.activeElement) box.value = question[limit.name] ?? "";
    const slider = byId(`${limit.name}_slider`);
    if (slider !== document.activeElement) slider.value = toSlider(limit, question[limit.name]);
  }
  for (const box of byId("families").querySelectorAll("input")) box.checked = question.families.includes(box.value);
  byId("families_summary").textContent = question.families.length ? `Families: ${question.families.join(", ")}` : "Families: all";
}

const COLUMNS = [
  ["model", (row) => row.model], ["img_size", (row) => row.img_size],
  ["ms", (row) => row.ms.toFixed(4)], ["samples_per_sec", (row) => row.samples_per_sec.toFixed(1)],
  ["top1", (row) => row.top1.toFixed(2)], ["param_count", (row) => row.param_count.toFixed(2)],
  ["gmacs", (row) => shown(row.gmacs, 2)], ["pretrained_on", (row) => row.pretrained_on],
  ["is_frontier", (row) => (row.is_frontier ? "yes" : "no")], ["why", (row) => row.why],
];

function showList() {
  const { best, fitting, miss } = state.answer;
  byId("count").textContent = miss ?? `${fitting.length} ${fitting.length === 1 ? "model fits" : "models fit"}`
    + (fitting.length > best.length ? `; the best ${best.length}:` : ":");
  byId("list").replaceChildren(...best.map((row) => {
    const name = element("button", row.model, { type: "button", class: "model" });
    name.addEventListener("click", () => openCard(row));
    return element("tr", [
      element("td", String(row.place)),
      element("th", [name, element("p", row.why, { class: "why" })], { scope: "row" }),
      ...COLUMNS.slice(1, -1).map(([column, show]) => element("td", String(show(row)), { "data-column": column })),
    ]);
  }));
}

// Text that a spreadsheet would take for a formula is kept text by an apostrophe.
function csvCell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[0-9.]+$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toCsv(rows) {
  const lines = rows.map((row) => COLUMNS.map(([column, show]) =>
    csvCell(column === "gmacs" && row.gmacs === null ? "" : String(show(row)))).join(","));
  return [COLUMNS.map(([column]) => column).join(","), ...lines].join("\n") + "\n";
}

function download() {
  const link = element("a", "", {
    href: URL.createObjectURL(new Blob([toCsv(state.answer.best)], { type: "text/csv" })),
    download: "image_models.csv",
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

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
      ["Pretrained on", card.pretrained_on], ["Distilled", card.is_distilled ? "yes" : "no"],
      ["Parameters", `${card.param_count.toFixed(2)} M`], ["GMACs", shown(card.gmacs, 2)],
      ["Activations", card.macts === null ? "not given" : `${card.macts.toFixed(2)} M`],
      ["Top-1, top-5", `${card.top1.toFixed(2)} %, ${card.top5.toFixed(2)} %`],
      ["Standard error of top-1", `${card.top1_standard_error.toFixed(2)} points`],
      ["Not separable from", `${card.ties} other results, at 95 %`],
    ]),
    element("h3", "Robustness"),
    table(["Test set", "Top-1 (%)", "Above the line (logits)"], [
      ["ImageNetV2", "v2"], ["Sketch", "sketch"], ["ImageNet-A", "a"], ["ImageNet-R", "r"],
    ].map(([name, key]) => [name, shown(card[`${key}_top1`], 2), shown(card[`${key}_robustness`], 2)])),
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

// --- the chart -------------------------------------------------------------------------
// plotly draws it once per run; moving a limit only dims points, which takes no redraw.

const dark = matchMedia("(prefers-color-scheme: dark)");
let drawn = [];

function traceOf(rows, name, color) {
  return {
    name, type: "scatter", mode: "markers",
    x: rows.map((row) => row.ms / 1000), y: rows.map((row) => row.top1),
    text: rows.map((row) => `${escapeHtml(row.model)}<br>${row.img_size} px, ${row.ms.toFixed(3)} ms, top-1 ${row.top1.toFixed(2)} %`),
    hovertemplate: "%{text}<extra></extra>",
    marker: { color, size: 7, opacity: 0.7 },
  };
}

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

async function drawChart() {
  if (!window.Plotly) return;
  const { rows } = state;
  const groups = [rows.filter((row) => row.is_extra_data), rows.filter((row) => !row.is_extra_data)];
  const frontier = (flag, name, color, dash) => {
    const best = rows.filter((row) => row[flag]).sort((left, right) => left.ms - right.ms || left.top1 - right.top1);
    return { name, mode: "lines", x: best.map((row) => row.ms / 1000), y: best.map((row) => row.top1), hoverinfo: "skip", line: { color, dash, shape: "hv", width: 2 } };
  };
  const ink = dark.matches ? "#ddd" : "#222";
  const grid = dark.matches ? "#444" : "#e5e5e5";
  const [blue, orange] = dark.matches ? ["#56b4e9", "#e69f00"] : ["#0072b2", "#b36b00"];
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false, automargin: true };
  const chart = byId("chart");
  await Plotly.react(chart, [
    traceOf(groups[0], "pretrained on more", blue), traceOf(groups[1], "ImageNet-1k only", orange),
    frontier("is_frontier", "frontier", blue, "solid"),
    frontier("is_frontier_imagenet1k", "frontier, ImageNet-1k only", orange, "dot"),
  ], {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink },
    margin: { l: 10, r: 10, t: 10, b: 10 }, legend: { orientation: "h", y: -0.2, yanchor: "top" },
    xaxis: { ...axis, type: "log", dtick: innerWidth < 700 ? 1 : "D2", title: { text: "Time per image (log scale)" }, exponentformat: "SI", minexponent: 1, ticksuffix: "s" },
    yaxis: { ...axis, title: { text: "ImageNet top-1 (%)" } },
  }, { responsive: true, displaylogo: false });
  chart.removeAllListeners("plotly_click");
  chart.on("plotly_click", ({ points: [point] }) => {
    if (point.curveNumber < 2) openCard(groups[point.curveNumber][point.pointNumber]);
  });
  const points = chart.querySelectorAll(".scatterlayer .point");
  drawn = groups.flat().map((row, number) => ({ row, point: points[number], isOut: false }));
  dimPoints();
}

function dimPoints() {
  const fitting = new Set(state.answer.fitting);
  for (const dot of drawn) {
    const isOut = !fitting.has(dot.row);
    if (isOut !== dot.isOut) dot.point.classList.toggle("out", isOut);
    dot.isOut = isOut;
  }
}

// --- what happens ----------------------------------------------------------------------

function change(changes) {
  const before = { ...state.question };
  Object.assign(state.question, changes);
  const own = runs.filter((run) => run.device === state.question.device);
  if (!chooseRun(state.question)) {
    const next = own.find((run) => run.phase === state.question.phase) ?? own[0];
    Object.assign(state.question, { phase: next.phase, compiled: next.is_compiled });
  }
  const isOtherRun = ["device", "phase", "compiled"].some((name) => before[name] !== state.question[name]);
  show(isOtherRun);
  writeAddress();
}

function show(isOtherRun) {
  if (isOtherRun) {
    drawn = [];
    state.rows = rowsOf(chooseRun(state.question));
    state.ranges = Object.fromEntries(LIMITS.map(({ field }) => [field, rangeOf(field)]));
  }
  state.answer = answer(state.question, state.rows);
  fillForm();
  showList();
  if (isOtherRun) {
    drawChart();
    showCard();
  } else dimPoints();
}

function restore() {
  const { question, card, size } = readAddress();
  state.question = question;
  state.card = tested.find((row) => row.model === card && row.img_size === size) ?? null;
  show(true);
}

buildForm();
restore();
dark.addEventListener("change", drawChart);
// plotly is large: the page is readable before it is unpacked.
addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
  document.head.append(element("script", byId("plotly").textContent));
  drawChart();
})));
