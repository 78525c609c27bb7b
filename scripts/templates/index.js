// The report: each chart is drawn from the views that lie packed in its section.

"use strict";

const SETTINGS = { displayModeBar: false, doubleClick: false };
const GLYPHS = { circle: "●", square: "■", diamond: "◆" };
const DARK = Object.entries(JSON.parse(document.getElementById("dark").textContent));
const dark = matchMedia("(prefers-color-scheme: dark)");
const finger = matchMedia("(pointer: coarse)");

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

// Of labels that would meet, the first stays; each may move to its point's other side, up or down.
function placeLabels(labels, { layout, clientWidth, clientHeight }) {
  const { margin, xaxis, yaxis } = layout;
  const scale = (value, { range }) => {
    const [first, last, own] = [...range, value].map((end) => (typeof end === "string" ? Date.parse(end) : end));
    return (own - first) / (last - first);
  };
  const [width, height] = [clientWidth - margin.l - margin.r, clientHeight - margin.t - margin.b];
  const taken = [];
  const fits = ({ left, right, top, bottom }) => left >= margin.l && right <= clientWidth && top >= 0
    && bottom <= margin.t + height
    && !taken.some((box) => left < box.right + 3 && right > box.left - 3 && top < box.bottom && bottom > box.top);
  return labels.flatMap((label) => {
    const size = pen.measureText(label.text).width + 6;
    const x = margin.l + scale(label.x, xaxis) * width;
    const y = margin.t + (1 - scale(label.y, yaxis)) * height;
    const ways = [label.xanchor, label.xanchor === "left" ? "right" : "left"].flatMap((xanchor) =>
      [0, 13, -13].map((rise) => {
        const xshift = Math.abs(label.xshift) * (xanchor === "left" ? 1 : -1);
        const yshift = (label.yshift ?? 0) * (xanchor === label.xanchor ? 1 : -1) + rise;
        const left = xanchor === "left" ? x + xshift : x + xshift - size;
        return { ...label, xanchor, xshift, yshift, box: { left, right: left + size, top: y - yshift - 8, bottom: y - yshift + 8 } };
      }));
    const found = ways.find(({ box }) => fits(box));
    if (!found) return [];
    const { box, ...placed } = found;
    taken.push(box);
    return [placed];
  });
}

// The families beside the notebook's choice are pale until one is pointed at.
function paintFamily(panel, { points: [{ curveNumber, data }] }, color) {
  if (data.marker?.symbol === "circle-open") Plotly.restyle(panel, { "marker.color": color ?? data.marker.pale }, [curveNumber]);
}

function showKey(key, traces) {
  const entries = traces.filter(({ showlegend }) => showlegend).map(({ name, mode, marker, line }) => {
    const entry = document.createElement("span");
    const glyph = document.createElement("span");
    glyph.textContent = mode?.startsWith("lines") ? (line.dash === "dash" ? "╍ " : "━ ") : `${GLYPHS[marker.symbol] ?? "●"} `;
    glyph.style.cssText = `color: ${marker?.color ?? line.color}; margin: 0`;
    entry.append(glyph, name);
    return entry;
  });
  key.replaceChildren(...entries);
}

async function drawPanel(panel, figure) {
  const { data, layout: { annotations = [], ...layout } } = figure;
  await Plotly.newPlot(panel, data, layout, SETTINGS);
  if (annotations.length) await Plotly.relayout(panel, { annotations: placeLabels(annotations, panel) });
  if (data.some(({ marker }) => marker?.symbol === "circle-open")) {
    const pale = data.find(({ marker }) => marker?.symbol === "circle-open").marker.color;
    panel.on("plotly_hover", (event) => paintFamily(panel, event, layout.hoverlabel.font.color));
    panel.on("plotly_unhover", (event) => paintFamily(panel, event, pale));
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
  find(".rows").addEventListener("click", () => saveRows(view().panels, section.id));
  find(".picture").addEventListener("click", () => panels.forEach((panel, place) =>
    Plotly.downloadImage(panel, { format: "png", scale: 2, filename: place ? `${section.id}-${place + 1}` : section.id })));
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
