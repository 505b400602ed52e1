"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
for (const place of document.querySelectorAll("[data-figure]")) {
  const figure = figures[place.dataset.figure];
  Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false, responsive: true });
}
