// The chart: score over time of all that the run timed, drawn anew for every answer.

const SVG = "http://www.w3.org/2000/svg";
const EDGES = { left: 46, right: 14, top: 8, bottom: 42 };
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

// Where a time and a score stand in the chart.
function frameOf(points) {
  const chart = byId("chart");
  const times = points.map(({ ms }) => Math.log10(ms));
  const scores = points.map(({ score }) => score);
  const [first, last, least, most] = [Math.min(...times), Math.max(...times), Math.min(...scores), Math.max(...scores)];
  const x = [first - 0.05 * (last - first) - 0.03, last + 0.03 * (last - first) + 0.03];
  const y = [least - 0.03 * (most - least) - 0.5, most + 0.08 * (most - least) + 0.5];
  const [left, top, right, bottom] = [EDGES.left, EDGES.top, chart.clientWidth - EDGES.right, chart.clientHeight - EDGES.bottom];
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
    ...times.map((ms) => shape("text", { ...label, x: toX(ms), y: bottom + 16, "text-anchor": "middle" }, String(ms))),
    ...scores.map((score) => shape("text", { ...label, x: left - 6, y: toY(score) + 4, "text-anchor": "end" }, String(score))),
    shape("text", { ...label, x: (left + right) / 2, y: bottom + 35, "text-anchor": "middle" }, "ms per image (log scale)"),
    shape("text", { ...label, transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      state.question.robust_weight === 0 ? "ImageNet top-1 (%)" : "score (%)"),
  ];
}

// What the limits of time and accuracy leave; where shifted test sets weigh in, top-1 is no axis.
function drawRegion({ left, right, top, bottom, toX, toY }, question, colors) {
  const most = question.max_ms ?? (question.min_samples_per_sec === null ? null : 1000 / question.min_samples_per_sec);
  const least = question.robust_weight === 0 ? question.min_top1 : null;
  if (most === null && least === null) return [];
  const end = most === null ? right : Math.min(Math.max(toX(most), left), right);
  const floor = least === null ? bottom : Math.min(Math.max(toY(least), top), bottom);
  const edge = { stroke: colors.more, "stroke-dasharray": "3 3", fill: "none" };
  return [
    shape("rect", { class: "region", x: left, y: top, width: end - left, height: floor - top, fill: colors.region }),
    ...(most === null ? [] : [shape("path", { ...edge, d: `M${end},${top}V${floor}` })]),
    ...(least === null ? [] : [shape("path", { ...edge, d: `M${left},${floor}H${end}` })]),
  ];
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

// Names where they meet neither another name nor the edge, the best first.
function nameRungs(ladder, frame, colors) {
  const taken = [];
  return ladder.flatMap((row, place) => {
    const isBest = place === 0;
    const text = clipped(row.model.split(".")[0], 34) + (isBest ? `  ${three(row.score)} %` : "");
    const [weight, size] = isBest ? [700, 13] : [400, 11];
    const width = widthOf(text, `${weight} ${size}px system-ui, sans-serif`);
    const x = frame.toX(row.ms);
    const isBeside = x - 6 - width >= frame.left + 2;
    const y = frame.toY(row.score) - (isBeside ? 7 : 14);
    const left = [x - 6 - width, ...(isBest ? [frame.left + 4] : [])].find((start) => start >= frame.left + 2
      && start + width <= frame.right && y > frame.top + 8
      && !taken.some((box) => start < box.right + 4 && start + width > box.left - 4 && Math.abs(y - box.y) < size + 2));
    if (left === undefined) return [];
    taken.push({ left, right: left + width, y });
    return [shape("text", {
      class: "name", x: left, y, "font-size": size, "font-weight": weight, fill: isBest ? colors.ink : colors.soft,
      stroke: colors.paper, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke",
    }, text)];
  });
}

let drawn = null;

function drawChart() {
  const { rows, question, answer: { within, ladder }, card, pins } = state;
  const colors = inks();
  const points = rows.map((row) => ({ ...row, score: scoreOf(row, question.robust_weight)[0] }))
    .filter(({ score }) => score !== null);
  const frame = frameOf(points);
  const inside = new Set(within.map((row) => row.place_tested));
  const ringed = new Set([card, ...pins].map((row) => row && refOf(row)));
  const size = byId("chart").clientWidth < 500 ? 4 : 5;
  const kindsOfDots = [[true, "more"], [false, "only"], [null, "ink"]];
  const outside = points.filter((row) => !inside.has(row.place_tested));
  const svg = shape("svg", { width: "100%", height: "100%", "font-family": "system-ui, sans-serif" }, [
    ...drawRegion(frame, question, colors),
    ...drawAxes(frame, colors),
    drawDots("outside", outside, frame, colors.out, size),
    drawDots("hole", outside, frame, colors.paper, size - 2),
    drawStairs("frontier", climb(points).reverse(), frame, colors.soft, 1),
    ...kindsOfDots.map(([isExtraData, color]) =>
      drawDots("inside", within.filter((row) => row.is_extra_data === isExtraData), frame, colors[color], size)),
    drawStairs("ladder", [...ladder].reverse(), frame, colors.ink, 2),
    ...ladder.map((row, place) => shape("circle", { class: "rung", cx: frame.toX(row.ms), cy: frame.toY(row.score),
      r: place === 0 ? 6 : 4, fill: colors.ink, stroke: colors.paper, "stroke-width": 1.5 })),
    ...points.filter((row) => ringed.has(refOf(row))).map((row) => shape("circle", { class: "ring", cx: frame.toX(row.ms),
      cy: frame.toY(row.score), r: 10, fill: "none", stroke: colors.ink, "stroke-width": 2.5 })),
    ...nameRungs(ladder, frame, colors),
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
    element("span", `${row.img_size} px, ${three(row.ms)} ms, ${three(row.top1)} % top-1, ${three(row.param_count)} M parameters`),
  );
  const [x, y] = [drawn.frame.toX(row.ms), drawn.frame.toY(row.score)];
  tip.style.left = `${Math.min(Math.max(x - tip.offsetWidth / 2, 0), byId("chart").clientWidth - tip.offsetWidth)}px`;
  tip.style.top = `${y < tip.offsetHeight + 12 ? y + 12 : y - tip.offsetHeight - 12}px`;
}

async function savePicture() {
  const { svg, colors } = drawn;
  const { clientWidth: width, clientHeight: height } = byId("chart");
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
  new ResizeObserver(() => requestAnimationFrame(drawChart)).observe(chart);
}
