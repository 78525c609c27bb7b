// Figures and answers in words for people.

const formats = new Map();
function fixed(value, digits) {
  if (value < 1000) return value.toFixed(digits);
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(digits).format(value);
}

// Three significant digits: 0.264, 85.1, 3,790.
function three(value) {
  if (value === null || value === undefined) return "not given";
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  return fixed(rounded, Math.max(2 - Math.floor(Math.log10(Math.abs(rounded))), 0));
}

const joined = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);
const count = (number, one, many = `${one}s`) => `${fixed(number, 0)} ${number === 1 ? one : many}`;
const clipped = (text, length = 60) => (text.length > length ? `${text.slice(0, length)}…` : text);
const nameInShort = ({ model }) => clipped(model.split(".")[0], 34);
// Differences and limits to what they are worth: +0.31, 0.5.
const short = (value, digits) => Number(value.toPrecision(digits)).toLocaleString("en", { maximumSignificantDigits: digits });
const points = (difference) => `+${short(difference, 2)} points`;
const deviceOf = (key) => data.devices.find((one) => one.device === key);
const PHASES = { infer: "inference", train: "training" };

const certaintyInWords = ({ is_measured: isMeasured, ms_low: low, ms_high: high }) =>
  (isMeasured ? "measured" : `predicted, ${three(low)} to ${three(high)} ms`);
const timeInWords = (row) => `${three(row.ms)} ms${row.is_measured ? "" : ` (${certaintyInWords(row)})`}`;
const withoutAccuracyInWords = ({ architecture }) =>
  (backboneTimings().some((one) => one.architecture === architecture) ? "timed, no accuracy published" : "no accuracy published, not timed");

// A teacher or a tokenizer may have seen more than the weights did.
const pretrainingInWords = ({ pretrained_on: corpus, extra_data_through: through }) =>
  (through === null || through === "weights" ? corpus : `${corpus}; more through: ${through}`);

const BROKEN = {
  max_ms: (row) => (row.is_measured ? `${three(row.ms)} ms` : `up to ${three(row.ms_high)} ms`),
  min_samples_per_sec: (row) => (row.is_measured ? `${three(row.samples_per_sec)} images/s` : `down to ${three(row.samples_per_sec_low)} images/s`),
  min_top1: (row) => `${three(row.top1)} % top-1`,
  max_param_count: (row) => `${three(row.param_count)} M parameters`,
  max_gmacs: (row) => (row.gmacs === null ? "GMACs not given" : `${three(row.gmacs)} GMACs`),
  license_kind: (row) => `the licence ${row.license}${row.license === row.license_kind ? "" : ` (${row.license_kind})`}`,
};
const brokenInWords = (row) => joined(row.breaks.map((name) => BROKEN[name](row)));

const moreTime = (difference) =>
  (difference > 0 ? `${short(difference, 2)} ms more` : difference < 0 ? `${short(-difference, 2)} ms less` : "the same time");

const UNITS = { ms: "ms", samples_per_sec: "images/s", top1: "% top-1", param_count: "M parameters", gmacs: "GMACs" };

function limitsInWords(question) {
  const side = (word, isMost) => {
    const limits = LIMITS.filter(({ name, most }) => most === isMost && question[name] !== null)
      .map(({ name, field }) => `${short(question[name], 3)} ${UNITS[field]}`);
    return limits.length ? [`${word} ${joined(limits)}`] : [];
  };
  return joined([...side("at most", true), ...side("at least", false)]);
}

// What else is asked for, short enough to stand in brackets.
function choicesInWords(question) {
  const { kind, architecture_group: group, is_self_supervised: isSelf, imagenet1k_only: isOnly, license_kind: license, name } = question;
  return [
    kind, ...group, isSelf === null ? "" : isSelf ? "self-supervised" : "not self-supervised",
    isOnly ? "ImageNet-1k only" : "", license && `licence: ${license}`, name.trim() && `“${clipped(name.trim(), 30)}”`,
  ].filter((part) => part !== "").join(", ");
}

function stepInWords(row) {
  return `Beyond the limits, ${clipped(row.next_model)} at ${row.next_img_size} px: ${points(row.next_more_top1)} for `
    + `${moreTime(row.next_more_ms)}, with ${brokenInWords(row.next)}`;
}

function rungInWords(row) {
  if (row.more_top1 === undefined) return "";
  const noise = row.is_within_noise ? ", which may be chance" : "";
  return `${points(row.more_top1)} for ${moreTime(row.more_ms)} than the next below${noise}`;
}

const tiesInWords = (number) => `and ${fixed(number, 0)} that cannot be told from it`;

// Around the name of the nearest, with each figure once.
function noneInWords({ note, nearest }) {
  if (!nearest) return { before: `${note}.`, after: "" };
  const kept = [
    [["max_ms", "min_samples_per_sec"], timeInWords(nearest)],
    [["min_top1"], `${three(nearest.top1)} %`],
    [["max_param_count"], `${three(nearest.param_count)} M parameters`],
  ].filter(([limits]) => !limits.some((name) => nearest.breaks.includes(name))).map(([, text]) => text);
  return {
    before: "Nothing fits. Nearest is ",
    after: unbroken(` at ${nearest.img_size} px${kept.length ? ` with ${joined(kept)}` : ""}; beyond the limits with ${brokenInWords(nearest)}.`),
  };
}

// A figure stays beside its unit, and a device's name in one piece.
const unbroken = (text) => text.replace(/(\d) (%|ms|M|images|points|GMACs)/g, "$1\u00a0$2");

// The answer in one sentence, in parts around the name of the best.
function answerInWords({ question, answer: { rows: [best], ladder } }) {
  const asked = limitsInWords(question);
  const choices = choicesInWords(question);
  const device = `${deviceOf(question.device).device_short_name.replaceAll(" ", "\u00a0")}${question.phase === "train" ? " in training" : ""}${choices && ` (${choices})`}`;
  const share = question.robust_weight;
  const score = share === 0 ? `${three(best.score)} %` : share === 1 ? `${three(best.score)} % on shifted test sets`
    : `a score of ${three(best.score)}, ${Math.round(100 * share)} % of it from shifted test sets,`;
  const next = best.next_model
    ? `the next step up, ${points(best.next_more_top1)} for ${moreTime(best.next_more_ms)}, is beyond the limits with ${brokenInWords(best.next)}`
    : lessTimeInWords(ladder);
  return {
    before: unbroken(`${asked ? `With ${asked} on` : "On"} ${device}, `),
    after: unbroken(` reaches ${score} in ${timeInWords(best)}; ${next}.`),
  };
}

function lessTimeInWords(ladder) {
  const half = ladder.find((row) => row.ms <= ladder[0].ms / 2);
  return half ? `half the time costs ${short(ladder[0].score - half.score, 2)} points` : "nothing here reaches more";
}

function countInWords({ question, answer: { ladder, within, unscored_models: unscored } }) {
  const models = count(new Set(within.map((row) => row.model)).size, "model");
  const fit = `${models} at ${count(within.length, "size")} ${within.length === 1 ? "is" : "are"} within the limits`;
  const ladderText = question.everything || ladder.length === 0 ? "" : `; no other beats ${ladder.length === 1 ? "this one" : `these ${ladder.length}`} on time and score`;
  const lacking = unscored ? ` ${count(unscored, "model lacks", "models lack")} a shifted test set and cannot be ranked.` : "";
  return `${fit}${ladderText}.${lacking}`;
}
