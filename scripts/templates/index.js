// The report: each chart is drawn from the views that lie packed in its section.

"use strict";

const SETTINGS = { displayModeBar: false, doubleClick: false };
const GLYPHS = {
  circle: "●", square: "■", diamond: "◆", "triangle-up": "▲", cross: "✚", x: "✖", "triangle-down": "▼", star: "★", bowtie: "⧓",
};
const DARK = Object.entries(JSON.parse(document.getElementById("dark").textContent));
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 700px)");

async function unpack(packed) {
  const signs = atob(packed);
  const bytes = new Uint8Array(signs.length);
  // Uint8Array.from() takes a quarter of a second for plotly.
  for (let place = 0; place < signs.length; place += 1) bytes[place] = signs.charCodeAt(place);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).text();
}

// plotly takes texts for HTML: what stands in a list or as a label is a name, not markup.
function withNamesAsText(key, value) {
  if (typeof value !== "string" || !(key === "text" || /^\d+$/.test(key))) return value;
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function forPlotly(panel) {
  const text = JSON.stringify(panel);
  const colored = dark.matches
    ? DARK.reduce((before, [light, other]) => before.replaceAll(light, other), text) : text;
  return JSON.parse(colored, withNamesAsText);
}

const pen = document.createElement("canvas").getContext("2d");
pen.font = "12px system-ui, sans-serif";

// Where a value of an axis stands, as a share of its length; dates are texts.
function share(value, { range }) {
  const [first, last, own] = [...range, value].map((end) => (typeof end === "string" ? Date.parse(end) : end));
  return (own - first) / (last - first);
}

// Of labels that would meet, the first stays. Each may move up, those beside their points down as well;
// one without room left of its point, where the plot begins, stands below on the right.
function placeLabels(labels, { layout: { margin, xaxis, yaxis }, clientWidth, clientHeight }) {
  const width = clientWidth - margin.l - margin.r;
  const height = clientHeight - margin.t - margin.b;
  const taken = [];
  const isFree = ({ left, right, y }) => left >= margin.l && right <= clientWidth && y >= 8 && y <= margin.t + height - 8
    && !taken.some((box) => left < box.right + 3 && right > box.left - 3 && Math.abs(y - box.y) < 14);
  return labels.flatMap((label) => {
    const size = pen.measureText(label.text).width + 6;
    const x = margin.l + share(label.x, xaxis) * width;
    const y = margin.t + (1 - share(label.y, yaxis)) * height;
    const turned = label.xanchor === "right" && x - size < margin.l + 8 && x < margin.l + width / 4;
    const placed = turned
      ? { ...label, xanchor: "left", xshift: -label.xshift, yshift: -label.yshift - 3 } : { yshift: 0, ...label };
    const start = x + placed.xshift - (placed.xanchor === "right" ? size : 0);
    const rise = (label.yshift ? [0, 13] : [0, 10, -10, 20]).find((step) =>
      isFree({ left: start, right: start + size, y: y - placed.yshift - step }));
    if (rise === undefined) return [];
    placed.yshift += rise;
    taken.push({ left: start, right: start + size, y: y - placed.yshift });
    return [placed];
  });
}

// The families beside the notebook's choice are pale until one of their points is pointed at.
const isPale = ({ marker }) => marker?.symbol === "circle-open";

function paintFamily(panel, { points: [{ curveNumber, data }] }, color) {
  if (isPale(data)) Plotly.restyle(panel, { "marker.color": color }, [curveNumber]);
}

function showKey(key, traces) {
  const entries = traces.filter(({ showlegend }) => showlegend).map(({ name, mode, marker, line }) => {
    const entry = document.createElement("span");
    const glyph = document.createElement("span");
    glyph.textContent = mode?.startsWith("lines") ? (line.dash === "dash" ? "╍" : "━") : GLYPHS[marker.symbol] ?? "●";
    glyph.style.color = marker?.color ?? line.color;
    entry.append(glyph, name);
    return entry;
  });
  key.replaceChildren(...entries);
}

async function drawPanel(panel, figure) {
  const { data, layout: { annotations = [], ...layout } } = figure;
  // The longest names have to fit a phone.
  layout.hoverlabel = { font: { size: narrow.matches ? 10 : 13 } };
  await Plotly.newPlot(panel, data, layout, SETTINGS);
  if (annotations.length) await Plotly.relayout(panel, { annotations: placeLabels(annotations, panel) });
  const pale = data.find((trace) => isPale(trace) && trace.name);
  if (pale) {
    const { color } = pale.marker;
    panel.on("plotly_hover", (event) => paintFamily(panel, event, getComputedStyle(panel).color));
    panel.on("plotly_unhover", (event) => paintFamily(panel, event, color));
  }
}

// A trace's meta names its columns, and each of its points is a row.
function rowsOf({ data }) {
  return data.filter(({ meta }) => meta).flatMap(({ meta, x, y, customdata }) => x.map((_, place) => {
    const cells = [x[place], y[place], ...(customdata?.[place] ?? [])];
    return Object.fromEntries(meta.map((column, number) => [column, cells[number]]));
  }));
}

function saveRows(panels, name) {
  const rows = panels.flatMap(rowsOf);
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const lines = rows.map((row) => columns.map((column) => csvCell(String(row[column] ?? ""))).join(","));
  save(new Blob([[columns.join(","), ...lines].join("\n"), "\n"], { type: "text/csv" }), `${name}.csv`);
}

async function openSection(section) {
  const find = (selector) => section.querySelector(selector);
  const views = JSON.parse(await unpack(find("script").textContent));
  const panels = [...section.querySelectorAll(".panel")];
  const view = () => views[find("select")?.selectedIndex ?? 0];
  const draw = async () => {
    const { heading, panels: figures } = view();
    find("h2, h3").textContent = heading;
    const drawn = figures.map(forPlotly);
    showKey(find(".key"), drawn[0].data);
    for (const [place, figure] of drawn.entries()) {
      panels[place].ariaLabel = [figure.layout.title?.text, heading].filter(Boolean).join(". ");
      await drawPanel(panels[place], figure);
    }
  };
  find("select")?.addEventListener("change", draw);
  const name = () => [section.id, view().choice].filter(Boolean).join(" ");
  find(".rows").addEventListener("click", () => saveRows(view().panels, name()));
  find(".picture").addEventListener("click", () => panels.forEach((panel, place) =>
    Plotly.downloadImage(panel, { format: "png", scale: 2, filename: place ? `${name()} ${place + 1}` : name() })));
  await draw();
  return draw;
}

// plotly is large: the page is readable before it is unpacked, and at hand between two charts.
addEventListener("load", () => requestAnimationFrame(() => setTimeout(async () => {
  const script = document.createElement("script");
  script.textContent = await unpack(document.getElementById("plotly").textContent);
  document.head.append(script);
  const draws = [];
  for (const section of document.querySelectorAll("[data-chart]")) {
    draws.push(await openSection(section));
    await new Promise((done) => setTimeout(done));
  }
  const drawAll = () => draws.reduce((before, draw) => before.then(draw), Promise.resolve());
  let width = innerWidth;
  dark.addEventListener("change", drawAll);
  addEventListener("resize", () => {
    if (innerWidth !== width) drawAll();
    width = innerWidth;
  });
  document.body.dataset.drawn = "all";
})));
