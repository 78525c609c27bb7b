// What the page knows: models as they were tested, runs, and the timings of each run.

const data = JSON.parse(document.getElementById("data").textContent);
const { runs } = data;
const tested = fromColumns(data.models);
// What has no published accuracy: no size, and the timings of its architecture.
const backbones = fromColumns(data.backbones).map((row) => Object.assign(row, { img_size: null, is_backbone: true }));
const backboneTimings = once(() => fromColumns(data.backbone_timings).map(timesOf));
const timings = new Map(runs.map(({ run }) => [run, once(() => fromColumns(data.timings[run] ?? { place: [] }).map(timesOf))]));
const licenseKinds = [...new Set(tested.map((row) => row.license_kind))].sort();
const kinds = [...new Set(tested.map((row) => row.kind))].sort();
const groups = [...new Set(tested.map((row) => row.architecture_group))].sort();

// Not before it is asked for, and then once.
function once(make) {
  let made;
  return () => (made ??= make());
}

// A column of texts that repeat has each once, and where it stands; -1 is none.
function fromColumns(columns) {
  const lists = Object.entries(columns).map(([name, column]) =>
    [name, column.places?.map((place) => column.texts[place] ?? null) ?? column]);
  return lists[0][1].map((_, number) =>
    Object.fromEntries(lists.map(([name, list]) => [name, list[number]])));
}

// The ends of an interval where a time is predicted, else twice the time.
function timesOf(timing) {
  const ms = 1000 * (1 / timing.samples_per_sec);
  const isMeasured = Boolean(timing.is_measured ?? true);
  return Object.assign(timing, {
    ms, is_measured: isMeasured, ms_low: isMeasured ? ms : timing.ms_low, ms_high: isMeasured ? ms : timing.ms_high,
    samples_per_sec_low: isMeasured ? timing.samples_per_sec : 1000 / timing.ms_high,
  });
}

function rowsOf({ run }) {
  return timings.get(run)().map((timing) => ({
    ...tested[timing.place],
    ...timing,
    place_tested: timing.place,
    is_frontier: timing.is_frontier === 1,
    is_frontier_imagenet1k: timing.is_frontier_imagenet1k === 1,
    is_near_frontier: timing.is_near_frontier === 1,
  }));
}

// Every model once, with the size at which it is most accurate, and the backbones.
const known = [...tested.reduce((best, row) =>
  (best.get(row.model)?.top1 >= row.top1 ? best : best.set(row.model, row)), new Map()).values(), ...backbones];

// Without a kind the run that is so by default.
function chooseRun(question) {
  return runs.find((run) => run.device === question.device && run.phase === question.phase
    && (question.compiled === null ? run.is_default_run : run.is_compiled === question.compiled));
}
