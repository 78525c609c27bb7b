// The questions of best_models() and upgrades(): rows in, rows out, and nothing of the page.

const LIMITS = [
  { name: "max_ms", field: "ms", most: true, label: "Time per image, at most (ms)" },
  { name: "min_samples_per_sec", field: "samples_per_sec", most: false, label: "Images per second, at least" },
  { name: "min_top1", field: "top1", most: false, label: "Top-1 accuracy, at least (%)" },
  { name: "max_param_count", field: "param_count", most: true, label: "Parameters, at most (M)" },
  { name: "max_gmacs", field: "gmacs", most: true, label: "GMACs, at most" },
];

const byText = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

function score(row, weight) {
  if (weight === 0) return row.top1;
  return row.shifted_top1 === null ? null : (1 - weight) * row.top1 + weight * row.shifted_top1;
}

const isOtherLicense = (row, question) =>
  question.license_kind !== "" && row.license_kind !== question.license_kind;

function brokenLimits(row, question) {
  const broken = [];
  for (const { name, field, most } of LIMITS) {
    const limit = question[name];
    const value = row[field];
    if (limit !== null && (value === null || (most ? value > limit : value < limit))) broken.push(name);
  }
  if (isOtherLicense(row, question)) broken.push("license_kind");
  return broken.sort();
}

function overshoot(row, question) {
  let total = isOtherLicense(row, question) ? Infinity : 0;
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
    .filter((row) => !question.imagenet1k_only || row.is_extra_data === false)
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
  // Where no licence fits, all overshoot without end: the difference is no number, and accuracy counts.
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
