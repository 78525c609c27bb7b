// The chart: score over time of all that the run timed, drawn anew for every answer.

const SVG = "http://www.w3.org/2000/svg";
const EDGES = { left: 46, right: 14, top: 8, bottom: 42 };
const RING = 10;
const HEADROOM = 24; // above all points, for the name of the best
const dark = matchMedia("(prefers-color-scheme: dark)");

// As attributes, so that a saved picture has them.
function inks() {
  return dark.matches
    ? { paper: "#16181c", ink: "#f0f0f0", soft: "#aaaaaa", grid: "#2c3037", region: "#1b2836", out: "#73777e", more: "#56b4e9", only: "#e69f00" }
    : { paper: "#ffffff", ink: "#1a1a1a", soft: "#5c5c5c", grid: "#ebebeb", region: "#eef5fb", out: "#8a8a8a", more: "#0072b2", only: "#a86400" };
}

function shape(tag, attributes, content = []) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat());
  return made;
}

const pen = document.createElement("canvas").getContext("2d");
function widthOf(text, font) {
  pen.font = font;
  return pen.measureText(text).width;
}

// Kept, for asking the page for it at each change costs a layout.
const size = { width: 0, height: 0 };
function measureChart() {
  size.width = byId("chart").clientWidth;
  size.height = byId("chart").clientHeight;
}

const isNarrow = () => size.width < 500;

// Where a time and a score stand in the chart.
function frameOf(points) {
  const times = points.map(({ ms }) => Math.log10(ms));
  const scores = points.map(({ score }) => score);
  const [first, last, least, most] = [Math.min(...times), Math.max(...times), Math.min(...scores), Math.max(...scores)];
  const x = [first - 0.05 * (last - first) - 0.03, last + 0.03 * (last - first) + 0.03];
  const [left, top, right, bottom] = [EDGES.left, EDGES.top, size.width - EDGES.right, size.height - EDGES.bottom];
  const lowest = least - 0.03 * (most - least) - 0.5;
  const y = [lowest, lowest + (most + 0.5 - lowest) / (1 - HEADROOM / (bottom - top))];
  return {
    x, y, left, top, right, bottom,
    toX: (ms) => left + (Math.log10(ms) - x[0]) / (x[1] - x[0]) * (right - left),
    toY: (score) => top + (y[1] - score) / (y[1] - y[0]) * (bottom - top),
  };
}

function ticksOf({ x, y, left, right, top, bottom }) {
  const decade = (right - left) / (x[1] - x[0]);
  const parts = decade > 130 ? [1, 2, 5] : decade > 80 ? [1, 3] : [1];
  const times = [];
  for (let power = Math.floor(x[0]); power <= x[1]; power += 1) {
    times.push(...parts.map((part) => Number((part * 10 ** power).toPrecision(1))));
  }
  const step = [1, 2, 5, 10, 20].find((one) => one / (y[1] - y[0]) * (bottom - top) > 36) ?? 50;
  const scores = [];
  for (let score = Math.ceil(y[0] / step) * step; score <= y[1]; score += step) scores.push(score);
  return { times: times.filter((ms) => Math.log10(ms) >= x[0] && Math.log10(ms) <= x[1]), scores };
}

function drawAxes(frame, colors) {
  const { times, scores } = ticksOf(frame);
  const { left, right, top, bottom, toX, toY } = frame;
  const line = { stroke: colors.grid, "stroke-width": 1 };
  const label = { fill: colors.soft, "font-size": 12 };
  return [
    ...times.map((ms) => shape("path", { ...line, d: `M${toX(ms)},${top}V${bottom}` })),
    ...scores.map((score) => shape("path", { ...line, d: `M${left},${toY(score)}H${right}` })),
    ...times.map((ms) => shape("text", { ...label, x: toX(ms), y: bottom + 16, "text-anchor": toX(ms) > right - 16 ? "end" : "middle" }, ms.toLocaleString("en", { maximumSignificantDigits: 1 }))),
    ...scores.map((score) => shape("text", { ...label, x: left - 6, y: toY(score) + 4, "text-anchor": "end" }, String(score))),
    shape("text", { ...label, x: (left + right) / 2, y: bottom + 35, "text-anchor": "middle" }, "ms per image (log scale)"),
    shape("text", { ...label, transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      state.question.robust_weight === 0 ? "ImageNet top-1 (%)" : "score (%)"),
  ];
}

// Where the limits of time and accuracy end; where shifted test sets weigh in, top-1 is no axis.
function endsOf({ left, right, top, bottom, toX, toY }, question) {
  const most = question.max_ms ?? (question.min_samples_per_sec === null ? null : 1000 / question.min_samples_per_sec);
  const least = question.robust_weight === 0 ? question.min_top1 : null;
  return {
    end: most === null ? null : Math.min(Math.max(toX(most), left), right),
    floor: least === null ? null : Math.min(Math.max(toY(least), top + HEADROOM), bottom),
  };
}

function drawRegion({ left, right, top, bottom }, { end, floor }, colors) {
  if (end === null && floor === null) return [];
  const width = (end ?? right) - left;
  const height = (floor ?? bottom) - top - HEADROOM;
  return [shape("rect", { class: "region", x: left, y: top + HEADROOM, width, height, fill: colors.region })];
}

function drawEdges({ left, right, top, bottom }, { end, floor }, colors) {
  if (end === null && floor === null) return [];
  const d = (end === null ? "" : `M${end},${top + HEADROOM}V${floor ?? bottom}`) + (floor === null ? "" : `M${left},${floor}H${end ?? right}`);
  return [shape("path", { class: "edge", d, stroke: colors.more, "stroke-width": 1.5, "stroke-dasharray": "4 3", fill: "none" })];
}

// Of dots that hide most of each other one stays.
function thinned(points, { toX, toY }, width) {
  const taken = new Set();
  return points.filter(({ ms, score }) => {
    const [column, line] = [toX(ms), toY(score)].map((place) => Math.round(place / (0.7 * width)));
    const cell = 10000 * column + line;
    return !taken.has(cell) && taken.add(cell);
  });
}

// Many dots are one path of strokes without length and with round ends.
function drawDots(name, points, { toX, toY }, color, size) {
  const d = points.map(({ ms, score }) => `M${toX(ms).toFixed(1)},${toY(score).toFixed(1)}h0`).join("");
  return shape("path", { class: name, d, stroke: color, "stroke-width": size, "stroke-linecap": "round", fill: "none" });
}

function drawStairs(name, rows, { toX, toY }, color, width) {
  const d = rows.map(({ ms, score }, place) => (place ? `H${toX(ms)}V${toY(score)}` : `M${toX(ms)},${toY(score)}`)).join("");
  return shape("path", { class: name, d, stroke: color, "stroke-width": width, fill: "none" });
}

// Between which times a prediction lies.
function drawWhisker({ ms_low: low, ms_high: high, score }, { toX, toY }, color) {
  const [left, right, y] = [toX(low), toX(high), toY(score)];
  return shape("path", { class: "whisker", d: `M${left},${y - 4}v8M${left},${y}H${right}M${right},${y - 4}v8`, stroke: color, "stroke-width": 1.5, fill: "none" });
}

function drawRung(row, isBest, { toX, toY }, { ink, paper }) {
  return shape("circle", {
    class: "rung", cx: toX(row.ms), cy: toY(row.score), r: (isBest ? 6 : 4) - (isNarrow() ? 1 : 0),
    fill: row.is_measured ? ink : paper, stroke: row.is_measured ? paper : ink, "stroke-width": row.is_measured ? 1.5 : 2,
  });
}

// What names keep clear of, as boxes: dots, rings, whiskers, the stairs of ladder and frontier, and
// the edges of the limits.
function obstaclesOf(points, ringed, [frontier, ladder], { end, floor }, { left, right, top, bottom, toX, toY }) {
  const boxOf = (one, other, reach = 3) => ({
    left: Math.min(toX(one.ms), toX(other.ms)) - reach, right: Math.max(toX(one.ms), toX(other.ms)) + reach,
    top: Math.min(toY(one.score), toY(other.score)) - reach, bottom: Math.max(toY(one.score), toY(other.score)) + reach,
  });
  return [
    ...(end === null ? [] : [{ left: end - 1, right: end + 1, top, bottom: floor ?? bottom }]),
    ...(floor === null ? [] : [{ left, right: end ?? right, top: floor - 1, bottom: floor + 1 }]),
    ...points.map((row) => boxOf(row, row)),
    ...ringed.map((row) => boxOf(row, row, RING + 2)),
    ...ladder.map((row) => boxOf({ ...row, ms: row.ms_low }, { ...row, ms: row.ms_high })),
    ...[frontier, ladder].flatMap((rows) => rows.slice(1).flatMap((row, place) => {
      const corner = { ms: row.ms, score: rows[place].score };
      return [boxOf(rows[place], corner), boxOf(corner, row)];
    })),
  ];
}

const meet = (one, other) => one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;

// Names to the left of their rungs where they meet nothing, the best first; its own is above all
// points where there is no such place.
function nameRungs(ladder, obstacles, frame, colors) {
  const taken = [];
  return ladder.flatMap((row, place) => {
    const isBest = place === 0;
    const text = nameInShort(row) + (isBest ? `  ${three(row.score)} %` : "");
    const [weight, height] = isBest ? [700, 13] : [400, 11];
    const width = widthOf(text, `${weight} ${height}px system-ui, sans-serif`);
    const [x, end, y] = [frame.toX(row.ms), frame.toX(row.ms_low), frame.toY(row.score)];
    const gap = isRinged(row) ? RING + 4 : 8;
    const boxAt = (left, base) => ({ left, right: left + width, top: base - height + 1, bottom: base + 3 });
    const isFree = (box) => box.left >= frame.left + 2 && box.top >= frame.top
      && ![...obstacles, ...taken].some((other) => meet(box, other));
    const beside = [boxAt(end - gap - width, y + 4), boxAt(end - gap - width, y - 7)].find(isFree);
    if (!beside && !isBest) return [];
    const above = boxAt(Math.max(Math.min(x - width / 2, frame.right - width), frame.left + 2), frame.top + 14);
    const box = beside ?? above;
    taken.push(box);
    return [
      ...(beside ? [] : [shape("path", { class: "leader", d: `M${x},${y - 8}V${box.bottom}`, stroke: colors.ink, "stroke-width": 1 })]),
      shape("text", {
        class: "name", x: box.left, y: box.bottom - 3, "font-size": height, "font-weight": weight, fill: isBest ? colors.ink : colors.soft,
        stroke: colors.paper, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke",
      }, text),
    ];
  });
}

const isRinged = (row) => [state.card, ...state.pins].some((one) => one && refOf(one) === refOf(row));

let drawn = null;

function drawChart() {
  const { rows, question, answer: { within, ladder } } = state;
  const colors = inks();
  const points = rows.map((row) => ({ ...row, score: scoreOf(row, question.robust_weight)[0] }))
    .filter(({ score }) => score !== null);
  const frame = frameOf(points);
  const inside = new Set(within.map((row) => row.place_tested));
  const ringed = points.filter(isRinged);
  const dot = isNarrow() ? 3 : 5;
  const ends = endsOf(frame, question);
  const frontier = climb(points).reverse();
  const upwards = [...ladder].reverse();
  const kindsOfDots = [[true, "more"], [false, "only"], [null, "ink"]];
  const outside = thinned(points.filter((row) => !inside.has(row.place_tested)), frame, dot);
  const shownWithin = thinned(within, frame, dot);
  const svg = shape("svg", { width: "100%", height: "100%", "font-family": "system-ui, sans-serif" }, [
    ...drawRegion(frame, ends, colors),
    ...drawAxes(frame, colors),
    ...drawEdges(frame, ends, colors),
    drawDots("outside", outside, frame, colors.out, dot),
    drawDots("hole", outside, frame, colors.paper, dot - 2),
    drawStairs("frontier", frontier, frame, colors.soft, 1),
    ...kindsOfDots.map(([isExtraData, color]) =>
      drawDots("inside", shownWithin.filter((row) => row.is_extra_data === isExtraData), frame, colors[color], dot)),
    drawStairs("ladder", upwards, frame, colors.ink, 2),
    ...ladder.filter((row) => !row.is_measured).map((row) => drawWhisker(row, frame, colors.ink)),
    ...ladder.map((row, place) => drawRung(row, place === 0, frame, colors)),
    ...ringed.map((row) => shape("circle", { class: "ring", cx: frame.toX(row.ms),
      cy: frame.toY(row.score), r: RING, fill: "none", stroke: colors.ink, "stroke-width": 2.5 })),
    ...nameRungs(ladder, obstaclesOf([...outside, ...shownWithin], ringed, [frontier, upwards], ends, frame), frame, colors),
  ]);
  byId("chart").replaceChildren(svg);
  drawn = { svg, frame, colors };
}

// The nearest within the limits, if it is near.
function pointAt(event, reach) {
  const { left, top } = byId("chart").getBoundingClientRect();
  const { toX, toY } = drawn.frame;
  let nearest = null;
  let least = reach;
  for (const row of state.answer.within) {
    const distance = Math.hypot(toX(row.ms) - event.clientX + left, toY(row.score) - event.clientY + top);
    if (distance < least) [nearest, least] = [row, distance];
  }
  return nearest;
}

function showTip(row) {
  const tip = byId("tip");
  byId("chart").style.cursor = row ? "pointer" : "";
  tip.hidden = !row;
  if (!row) return;
  tip.replaceChildren(
    element("strong", row.model),
    element("span", `${row.img_size} px, ${timeInWords(row)}, ${three(row.top1)} % top-1, ${three(row.param_count)} M parameters`),
  );
  const [x, y] = [drawn.frame.toX(row.ms), drawn.frame.toY(row.score)];
  tip.style.left = `${Math.min(Math.max(x - tip.offsetWidth / 2, 0), size.width - tip.offsetWidth)}px`;
  tip.style.top = `${y < tip.offsetHeight + 12 ? y + 12 : y - tip.offsetHeight - 12}px`;
}

async function savePicture() {
  const { svg, colors } = drawn;
  const { width, height } = size;
  const whole = svg.cloneNode(true);
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height })) whole.setAttribute(name, value);
  whole.prepend(shape("rect", { width: "100%", height: "100%", fill: colors.paper }));
  const picture = new Image();
  picture.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(whole))}`;
  await picture.decode();
  const canvas = element("canvas", [], { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(picture, 0, 0, 2 * width, 2 * height);
  canvas.toBlob((blob) => save(blob, "image_models.png"));
}

function buildChart() {
  const chart = byId("chart");
  chart.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") showTip(pointAt(event, 14));
  });
  chart.addEventListener("pointerleave", () => showTip(null));
  chart.addEventListener("click", (event) => {
    const row = pointAt(event, 24);
    if (row) openCard(row);
  });
  byId("picture").addEventListener("click", savePicture);
  dark.addEventListener("change", drawChart);
  new ResizeObserver(() => {
    measureChart();
    drawChart();
  }).observe(chart);
}
