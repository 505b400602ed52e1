"use strict";
const stored = document.getElementById("figures");
const figures = stored ? JSON.parse(stored.textContent) : {};
const options = { displayModeBar: false, responsive: true };

// The program that draws waits as a text: compiling it takes longer than everything else on the page.
function draw(place, figure) {
  if (!window.Plotly) {
    const program = document.createElement("script");
    program.textContent = document.getElementById("plotly").textContent;
    document.head.append(program);
  }
  Plotly.react(place, figure.data, figure.layout, options);
}

// A plot is drawn when it comes into sight, so that the table is there at once.
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    draw(entry.target, figures[entry.target.dataset.figure]);
  }
}, { rootMargin: "200px" });
for (const place of document.querySelectorAll("[data-figure]")) watcher.observe(place);

// One drawing in space for all findings: a browser keeps few of them alive.
const scatter = document.getElementById("scatter");
const closeup = document.getElementById("closeup");
function showCloseup(number) {
  closeup.value = String(number);
  draw(scatter, figures[`closeup ${number}`]);
}
if (scatter) {
  closeup.addEventListener("change", () => showCloseup(closeup.value));
  new IntersectionObserver((entries, self) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    self.disconnect();
    if (!scatter.data) showCloseup(closeup.value);
  }).observe(scatter);
  const choose = (event) => {
    const row = event.target.closest("tr.near");
    if (!row || (event.type === "keydown" && event.key !== "Enter")) return;
    showCloseup(row.dataset.number);
    scatter.scrollIntoView({ block: "center" });
  };
  for (const kind of ["click", "keydown"]) document.getElementById("table").addEventListener(kind, choose);
}

const form = document.getElementById("filter");
if (form) {
  const rows = [...document.querySelectorAll("#table tbody tr")];
  const words = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const rule = form.elements.rule.value;
    const severity = form.elements.severity.value;
    const score = Number(form.elements.score.value);
    let n = 0;
    rows.forEach((row, i) => {
      const fits = words[i].includes(text) && (!rule || row.dataset.rule === rule)
        && (!severity || row.dataset.severity === severity) && Number(row.dataset.score) >= score;
      row.hidden = !fits;
      n += fits;
    });
    document.getElementById("shown").value = `${n} of ${rows.length}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
}
