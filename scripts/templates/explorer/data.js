// What the page knows: models as they were tested, runs, and the timings of each run.

const data = JSON.parse(document.getElementById("data").textContent);
const { runs } = data;
const tested = fromColumns(data.models);
const timings = new Map(runs.map(({ run }) => [run, fromColumns(data.timings[run] ?? { place: [] })]));
const licenseKinds = [...new Set(tested.map((row) => row.license_kind))].sort();
const kinds = [...new Set(tested.map((row) => row.kind))].sort();
const groups = [...new Set(tested.map((row) => row.architecture_group))].sort();

// A column of texts that repeat has each once, and where it stands; -1 is none.
function fromColumns(columns) {
  const lists = Object.entries(columns).map(([name, column]) =>
    [name, column.places?.map((place) => column.texts[place] ?? null) ?? column]);
  return lists[0][1].map((_, number) =>
    Object.fromEntries(lists.map(([name, list]) => [name, list[number]])));
}

function rowsOf({ run }) {
  return timings.get(run).map((timing) => ({
    ...tested[timing.place],
    ...timing,
    place_tested: timing.place,
    ms: 1000 * (1 / timing.samples_per_sec),
    is_frontier: timing.is_frontier === 1,
    is_frontier_imagenet1k: timing.is_frontier_imagenet1k === 1,
    is_near_frontier: timing.is_near_frontier === 1,
  }));
}

// Without a kind the run that is so by default.
function chooseRun(question) {
  return runs.find((run) => run.device === question.device && run.phase === question.phase
    && (question.compiled === null ? run.is_default_run : run.is_compiled === question.compiled));
}
