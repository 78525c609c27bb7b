// The list as CSV, with the fields of best_models().

const DIGITS = {
  ms: 4, samples_per_sec: 1, shifted_top1: 3, score: 3, more_top1: 3, more_ms: 4, next_more_top1: 3, next_more_ms: 4,
};
const FIELDS = [
  "place", "model", "img_size", "ms", "samples_per_sec", "top1", "shifted_top1", "score", "more_top1", "more_ms",
  "is_within_noise", "tied_models", "param_count", "gmacs", "kind", "pretrained_on", "extra_data_through", "license",
  "is_frontier", "is_near_frontier", "next_model", "next_img_size", "next_more_top1", "next_more_ms", "next_breaks",
  "ms_low", "ms_high", "is_measured",
];

function fieldText(row, field) {
  const value = row[field] ?? "";
  return typeof value === "number" && field in DIGITS ? value.toFixed(DIGITS[field]) : String(value);
}

function toCsv(rows) {
  const lines = rows.map((row) => FIELDS.map((field) => csvCell(fieldText(row, field))).join(","));
  return [FIELDS.join(","), ...lines].join("\n") + "\n";
}

function download() {
  save(new Blob([toCsv(sorted(state.answer.rows))], { type: "text/csv" }), "image_models.csv");
}
