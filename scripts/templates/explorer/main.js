// What happens when the question changes, and at the start.

const state = {
  question: structuredClone(DEFAULTS), rows: [], ranges: {}, answer: null, unit: "max_ms", card: null, pins: [], canGoBack: false,
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
  showList();
  showTip(null);
  if (isOtherRun) showCard();
  if (isOtherRun) showPins();
  drawChart();
}

function showAnswer() {
  const { rows } = state.answer;
  const { before, after } = rows.length ? answerInWords(state) : { before: noneInWords(state.answer), after: "" };
  const best = rows.slice(0, 1).map(nameButton);
  byId("answer").replaceChildren(before, ...best, after);
  byId("chart").setAttribute("aria-label", `Accuracy against time per image. ${byId("answer").textContent} The list below has the same models.`);
}

function showNotices(notices) {
  byId("notice").hidden = notices.length === 0;
  byId("notice").textContent = notices.join(" ");
}

function restore() {
  const { question, notices, card, pins } = readAddress();
  Object.assign(state, { question, card, pins, canGoBack: false });
  state.unit = question.min_samples_per_sec === null ? "max_ms" : "min_samples_per_sec";
  showNotices(notices);
  show(true);
}

// Back and Forward close and open the card; an address that was typed is another question.
function travel({ state: entry }) {
  if (!entry) restore();
  else if (entry.isCard) {
    state.card = readAddress().card;
    state.canGoBack = true;
    showCard();
  } else {
    takeCardAway();
    writeAddress();
  }
}

const phone = matchMedia("(max-width: 800px)");
const arrangeDrawer = () => { byId("drawer").open = !phone.matches; };

buildPresets();
buildSearch();
buildForm();
buildList();
byId("close").addEventListener("click", closeCard);
byId("pin").addEventListener("click", () => togglePin(state.card));
byId("card").addEventListener("keydown", (event) => { if (event.key === "Escape") closeCard(); });
arrangeDrawer();
phone.addEventListener("change", arrangeDrawer);
addEventListener("popstate", travel);
restore();
buildChart();
document.body.dataset.drawn = "all";
