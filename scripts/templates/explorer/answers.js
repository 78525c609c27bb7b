// The questions of best_models() and upgrades(): rows in, rows out, and nothing of the page.

// Of a predicted time the cautious end has to keep a limit.
const LIMITS = [
  { name: "max_ms", field: "ms", checked: "ms_high", most: true },
  { name: "min_samples_per_sec", field: "samples_per_sec", checked: "samples_per_sec_low", most: false },
  { name: "min_top1", field: "top1", most: false },
  { name: "max_param_count", field: "param_count", most: true },
  { name: "max_gmacs", field: "gmacs", most: true },
].map((limit) => ({ checked: limit.field, ...limit }));

const byText = (left, right) => (left < right ? -1 : left > right ? 1 : 0);
const byName = (left, right) => byText(left.model, right.model) || left.img_size - right.img_size;
const byScore = (left, right) => right.score - left.score || left.ms - right.ms || byName(left, right);
const byTime = (left, right) => left.ms - right.ms || left.score - right.score || byName(left, right);

// Half the width of the 95 % interval of a difference.
const Z95 = 1.959963984540054;
const noise = (error, other) => Z95 * Math.sqrt(error ** 2 + other ** 2);

// An address pasted from elsewhere counts by its last part, also where it leads to the model's files.
const bareName = (text) => text.trim().toLowerCase()
  .replace(/[?#].*$|\/(tree|blob|raw|resolve|commits|discussions)(\/.*)?$/, "").replace(/\/+$/, "").replace(/^.*[/:]/, "");
const wordsOf = (text) => bareName(text).match(/[a-z0-9]+/g) ?? [];

const holds = (name, words) => words.every((word) => name.toLowerCase().includes(word));

function isAskedFor(row, question, words) {
  return (!question.imagenet1k_only || row.is_extra_data === false)
    && (question.kind === "" || row.kind === question.kind)
    && (question.architecture_group.length === 0 || question.architecture_group.includes(row.architecture_group))
    && (question.is_self_supervised === null || row.is_self_supervised === question.is_self_supervised)
    && holds(row.model, words);
}

function brokenLimits(row, question) {
  const broken = [];
  for (const { name, checked, most } of LIMITS) {
    const limit = question[name];
    const value = row[checked];
    if (limit !== null && (value === null || (most ? value > limit : value < limit))) broken.push(name);
  }
  if (question.license_kind !== "" && row.license_kind !== question.license_kind) broken.push("license_kind");
  return broken.sort();
}

function overshoot(row, question) {
  let total = question.license_kind !== "" && row.license_kind !== question.license_kind ? Infinity : 0;
  for (const { name, checked, most } of LIMITS) {
    if (question[name] === null || row[checked] === null) continue;
    total += Math.max(Math.log(most ? row[checked] / question[name] : question[name] / row[checked]), 0);
  }
  return total;
}

// A score and its standard error. A model that lacks one of the shifted test sets has none where
// they weigh in.
function scoreOf(row, weight) {
  if (weight === 0) return [row.top1, row.top1_standard_error];
  if (row.shifted_top1 === null) return [null, null];
  return [
    (1 - weight) * row.top1 + weight * row.shifted_top1,
    Math.sqrt(((1 - weight) * row.top1_standard_error) ** 2 + (weight * row.shifted_top1_standard_error) ** 2),
  ];
}

function scored(row, question) {
  const [score, error] = scoreOf(row, question.robust_weight);
  return {
    ...row,
    is_frontier: question.imagenet1k_only ? row.is_frontier_imagenet1k : row.is_frontier,
    score,
    score_standard_error: error,
    breaks: brokenLimits(row, question),
  };
}

// Those that no other beats on time and score, each with its step from the one below.
function climb(within) {
  const rungs = [];
  for (const row of [...within].sort((left, right) => left.ms - right.ms || byScore(left, right))) {
    const last = rungs.at(-1);
    if (!last || row.score > last.score || (row.ms === last.ms && row.score === last.score)) rungs.push(row);
  }
  rungs.sort(byTime).forEach((row, place) => {
    const below = rungs[place - 1];
    row.is_rung = true;
    if (!below) return;
    row.more_top1 = row.score - below.score;
    row.more_ms = row.ms - below.ms;
    row.is_within_noise = row.more_top1 <= noise(row.score_standard_error, below.score_standard_error);
  });
  return rungs.sort(byScore);
}

const cannotBeTold = (row, other) => row.model !== other.model
  && Math.abs(row.score - other.score) <= noise(row.score_standard_error, other.score_standard_error);

const tiesOf = (row, within) => within.filter((other) => cannotBeTold(row, other));

// Counts models where they have several sizes; the rows come by score, so that the distant are
// not looked at.
function countTies(rows, within) {
  const widest = within.reduce((most, row) => Math.max(most, row.score_standard_error), 0);
  const reach = noise(widest, widest);
  let first = 0;
  for (const row of rows) {
    while (within[first].score > row.score + reach) first += 1;
    const models = new Set();
    for (let place = first; place < within.length && within[place].score >= row.score - reach; place += 1) {
      if (cannotBeTold(row, within[place])) models.add(within[place].model);
    }
    row.tied_models = models.size;
  }
}

// Of what breaks a limit and has a higher score, what takes the least time.
function findNextSteps(rows, beyond) {
  const better = beyond.filter((row) => row.score !== null).sort(byScore);
  let step = null;
  let place = 0;
  for (const row of rows) {
    for (; place < better.length && better[place].score > row.score; place += 1) {
      if (!step || better[place].ms < step.ms) step = better[place];
    }
    row.next = step;
    row.next_model = step?.model ?? null;
    row.next_img_size = step?.img_size ?? null;
    row.next_more_top1 = step ? step.score - row.score : null;
    row.next_more_ms = step ? step.ms - row.ms : null;
    row.next_breaks = step?.breaks ?? null;
  }
}

function sayWhyNone(candidates, unscored) {
  if (unscored.length > 0) return { note: "Every model within the limits lacks a test set", nearest: null };
  if (candidates.length === 0) return { note: "No model is of this kind, name and pretraining", nearest: null };
  const nearest = candidates.reduce((best, row) => {
    const difference = row.overshoot === best.overshoot ? 0 : row.overshoot - best.overshoot;
    return (difference || best.top1 - row.top1 || byName(row, best)) < 0 ? row : best;
  });
  const note = `Nothing fits. Nearest: ${nearest.model} at ${nearest.img_size} px, ${nearest.ms.toFixed(4)} ms, `
    + `top1 ${nearest.top1.toFixed(2)}, ${nearest.param_count.toFixed(2)} M parameters; but for ${nearest.breaks.join(", ")}`;
  return { note, nearest };
}

// The ladder within the limits, the best first, or all within them: the fields of best_models().
function answer(question, rows = rowsOf(chooseRun(question))) {
  const words = wordsOf(question.name);
  const candidates = rows.filter((row) => isAskedFor(row, question, words)).map((row) => scored(row, question));
  const fitting = candidates.filter((row) => row.breaks.length === 0);
  const within = fitting.filter((row) => row.score !== null).sort(byScore);
  const unscored = fitting.filter((row) => row.score === null);
  const ladder = climb(within);
  const chosen = (question.everything ? within : ladder).slice(0, question.n ?? undefined);
  countTies(chosen, within);
  findNextSteps(chosen, candidates.filter((row) => row.breaks.length > 0));
  chosen.forEach((row, place) => { row.place = place + 1; });
  const none = chosen.length > 0 ? { note: null, nearest: null }
    : sayWhyNone(candidates.map((row) => ({ ...row, overshoot: overshoot(row, question) })), unscored);
  return { rows: chosen, ladder, within, unscored_models: new Set(unscored.map((row) => row.model)).size, ...none };
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
