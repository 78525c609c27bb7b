// The chart: plotly draws it once per run; moving a limit only dims points, which takes no redraw.

const dark = matchMedia("(prefers-color-scheme: dark)");
let drawn = [];

function traceOf({ rows, name, color }) {
  return {
    name, type: "scatter", mode: "markers",
    x: rows.map((row) => row.ms / 1000), y: rows.map((row) => row.top1),
    text: rows.map((row) => `${escapeHtml(row.model)}<br>${row.img_size} px, ${row.ms.toFixed(3)} ms, top-1 ${row.top1.toFixed(2)} %`),
    hovertemplate: "%{text}<extra></extra>",
    marker: { color, size: 7, opacity: 0.7 },
  };
}

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

async function drawChart() {
  if (!window.Plotly) return;
  const { rows } = state;
  const frontier = (flag, name, color, dash) => {
    const best = rows.filter((row) => row[flag]).sort((left, right) => left.ms - right.ms || left.top1 - right.top1);
    return { name, mode: "lines", x: best.map((row) => row.ms / 1000), y: best.map((row) => row.top1), hoverinfo: "skip", line: { color, dash, shape: "hv", width: 2 } };
  };
  const ink = dark.matches ? "#ddd" : "#222";
  const grid = dark.matches ? "#444" : "#e5e5e5";
  const [blue, orange] = dark.matches ? ["#56b4e9", "#e69f00"] : ["#0072b2", "#b36b00"];
  const groups = [
    { name: "pretrained on more", isExtraData: true, color: blue },
    { name: "ImageNet-1k only", isExtraData: false, color: orange },
    { name: "pretraining unknown", isExtraData: null, color: ink },
  ].map((group) => ({ ...group, rows: rows.filter((row) => row.is_extra_data === group.isExtraData) }))
    .filter((group) => group.rows.length > 0);
  const axis = { gridcolor: grid, linecolor: grid, zeroline: false, automargin: true };
  const chart = byId("chart");
  await Plotly.react(chart, [
    ...groups.map(traceOf),
    frontier("is_frontier", "frontier", blue, "solid"),
    frontier("is_frontier_imagenet1k", "frontier, ImageNet-1k only", orange, "dot"),
  ], {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: ink },
    margin: { l: 10, r: 10, t: 10, b: 10 }, legend: { orientation: "h", y: -0.2, yanchor: "top" },
    xaxis: { ...axis, type: "log", dtick: innerWidth < 700 ? 1 : "D2", title: { text: "Time per image (log scale)" }, exponentformat: "SI", minexponent: 1, ticksuffix: "s" },
    yaxis: { ...axis, title: { text: "ImageNet top-1 (%)" } },
  }, PLOTLY_SETTINGS);
  chart.removeAllListeners("plotly_click");
  chart.on("plotly_click", ({ points: [point] }) => {
    if (point.curveNumber < groups.length) openCard(groups[point.curveNumber].rows[point.pointNumber]);
  });
  const points = chart.querySelectorAll(".scatterlayer .point");
  drawn = groups.flatMap((group) => group.rows).map((row, number) => ({ row, point: points[number], isOut: false }));
  dimPoints();
}

function dimPoints() {
  const fitting = new Set(state.answer.fitting);
  for (const dot of drawn) {
    const isOut = !fitting.has(dot.row);
    if (isOut !== dot.isOut) dot.point.classList.toggle("out", isOut);
    dot.isOut = isOut;
  }
}
