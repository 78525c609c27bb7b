// What the page knows: models as they were tested, runs, and the timings of each run.

const data = JSON.parse(document.getElementById("data").textContent);
const { runs } = data;
const tested = fromColumns(data.models);
const timings = new Map(runs.map(({ run }) => [run, fromColumns(data.timings[run] ?? { place: [] })]));
const families = [...new Set(tested.map((row) => row.architecture_group))].sort();

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
