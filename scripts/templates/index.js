const charts = document.querySelectorAll(".plotly-graph-div");
const narrow = matchMedia("(max-width: 700px)");
const finger = matchMedia("(pointer: coarse)");

const BESIDE = { xaxis: [0, 0.5], xaxis2: [0.62, 1], yaxis: [0, 1], yaxis2: [0, 1] };
const BELOW = { xaxis: [0, 0.9], xaxis2: [0, 0.9], yaxis: [0.6, 1], yaxis2: [0, 0.42] };

function places() {
  const domains = Object.entries(narrow.matches ? BELOW : BESIDE);
  return Object.fromEntries(domains.map(([axis, domain]) => [`${axis}.domain`, domain]));
}

// On a narrow screen the legend goes below the chart, what stands beside it too, a log axis names
// powers of ten alone and hover labels are smaller. A finger scrolls the page, and so moves no axes.
function arrangement({ layout }) {
  const legend = narrow.matches
    ? { "legend.orientation": "h", "legend.x": 0, "legend.y": -0.16, "legend.yanchor": "top",
        "legend.title.text": "", "hoverlabel.font.size": 11, "title.font.size": 12 }
    : { "legend.orientation": "v", "legend.x": 1.02, "legend.y": 1, "legend.yanchor": "auto",
        "hoverlabel.font.size": 13, "title.font.size": 15 };
  const log = layout.xaxis.type === "log" ? { "xaxis.dtick": narrow.matches ? 1 : "D2" } : {};
  const still = finger.matches ? { dragmode: false, "xaxis.fixedrange": true, "yaxis.fixedrange": true } : {};
  return { ...legend, ...log, ...still, ...(layout.xaxis2 ? places() : {}) };
}

const arrange = (chart) => Plotly.relayout(chart, arrangement(chart));

// Each chart is drawn from the data that lie beside it, and the page stays at hand in between.
whenPlotlyIsThere(async () => {
  for (const chart of charts) {
    const { data, layout } = JSON.parse(chart.nextElementSibling.textContent);
    await Plotly.newPlot(chart, data, layout, PLOTLY_SETTINGS);
    if (narrow.matches || finger.matches) await arrange(chart);
    await new Promise((done) => setTimeout(done));
  }
  document.body.dataset.drawn = "all";
  narrow.addEventListener("change", () => charts.forEach(arrange));
});
