// What happens when the question changes, and at the start.

const state = { question: structuredClone(DEFAULTS), rows: [], ranges: {}, card: null, answer: null };

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
whenPlotlyIsThere(drawChart);
