"use strict";

const PLOTLY_SETTINGS = {
  responsive: true, displaylogo: false, modeBarButtonsToRemove: ["sendChartToCloud"],
};

// plotly is large: the page is readable before it is unpacked.
function whenPlotlyIsThere(draw) {
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
    const script = document.createElement("script");
    script.textContent = document.getElementById("plotly").textContent;
    document.head.append(script);
    draw();
  })));
}
