"use strict";

const PLOTLY_SETTINGS = { responsive: true, displaylogo: false, modeBarButtons: [["toImage"]] };

async function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).text();
}

// plotly is large: the page is readable before it is unpacked.
function whenPlotlyIsThere(draw) {
  addEventListener("load", () => requestAnimationFrame(() => setTimeout(async () => {
    const script = document.createElement("script");
    script.textContent = await unpack(document.getElementById("plotly").textContent);
    document.head.append(script);
    draw();
  })));
}
