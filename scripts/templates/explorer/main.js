// What happens when the question changes, and at the start.

const state = {
  question: structuredClone(DEFAULTS), rows: [], ranges: {}, answer: null, unit: "max_ms", card: null, pins: [], canGoBack: false, step: null,
};

function change(changes) {
  const before = { ...state.question };
  Object.assign(state.question, changes);
  showNotices(settleRun(state.question));
  show(["device", "phase", "compiled"].some((name) => before[name] !== state.question[name]));
  writeAddress();
}

function show(isOtherRun) {
  if (isOtherRun) {
    state.rows = rowsOf(chooseRun(state.question));
    state.ranges = Object.fromEntries(LIMITS.map(({ field }) => [field, rangeOf(field)]));
  }
  if (state.question.min_samples_per_sec !== null) state.unit = "min_samples_per_sec";
  state.answer = answer(state.question, state.rows);
  fillForm();
  showAnswer();
  byId("key_own").hidden = !deviceOf(state.question.device).is_own;
  showList();
  showTip(null);
  if (isOtherRun) showPins();
  // Which draws the chart too.
  if (isOtherRun) showCard();
  else drawChart();
}

function showAnswer() {
  const { rows: [best], nearest } = state.answer;
  const { before, after } = best ? answerInWords(state) : noneInWords(state.answer);
  const subject = best ?? nearest;
  byId("answer").replaceChildren(before, ...(subject ? [nameButton(subject)] : []), after);
  byId("chart").setAttribute("aria-label", `Accuracy against time per image. ${byId("answer").textContent} The list below has the same models.`);
}

function showNotices(notices) {
  byId("notice").hidden = notices.length === 0;
  byId("notice").textContent = notices.join(" ");
}

function restore() {
  const { question, notices, card, pins } = readAddress();
  clearTimeout(addressTimer);
  Object.assign(state, { question, card, pins, canGoBack: history.state?.canGoBack ?? false, step: history.state?.step ?? Date.now() });
  history.replaceState(entryOf(state), "");
  byId("pins").open = pins.length > 1;
  state.unit = question.min_samples_per_sec === null ? "max_ms" : "min_samples_per_sec";
  showNotices(notices);
  show(true);
}

// Back and Forward close and open the card of a question, or bring another question.
function travel({ state: entry }) {
  if (entry?.step !== state.step) {
    restore();
    return;
  }
  const { card } = readAddress();
  if (card) Object.assign(state, { card, canGoBack: entry.canGoBack });
  else takeCardAway();
  showCard();
  writeAddress();
}

const phone = matchMedia("(max-width: 800px)");
const arrangeDrawer = () => { byId("drawer").open = !phone.matches; };

buildPresets();
buildSearch();
buildForm();
buildList();
byId("close").addEventListener("click", closeCard);
byId("pin").addEventListener("click", () => togglePin(state.card));
byId("see_pins").addEventListener("click", seePins);
byId("card").addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(); });
arrangeDrawer();
phone.addEventListener("change", arrangeDrawer);
addEventListener("popstate", travel);
measureChart();
restore();
buildChart();
document.body.dataset.drawn = "all";
