// Draws the figures of a page from the data beside them, and sorts its tables.
(function () {
  "use strict";

  const plots = Array.from(document.querySelectorAll(".plot"));
  plots.forEach(draw);
  window.addEventListener("beforeprint", () => plots.forEach(scaleToPaper));
  window.addEventListener("afterprint", scaleToScreen);
  document.querySelectorAll("table.sortable th button").forEach((button) => {
    button.addEventListener("click", () => sortBy(button.parentNode));
  });

  function draw(place) {
    const data = document.getElementById(place.dataset.figure).textContent;
    const figure = JSON.parse(data);
    place.textContent = "";
    Plotly.newPlot(place, figure.data, figure.layout, {
      responsive: true,
      displaylogo: false,
      displayModeBar: "hover",
      // Measurements stay in this file: no button that sends them away.
      showSendToCloud: false,
      plotlyServerURL: "",
      modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
      toImageButtonOptions: {format: "svg", filename: place.id},
    });
  }

  // Paper has another width than the screen: the drawings are scaled to it.
  function scaleToPaper(place) {
    const box = place.querySelector(".svg-container");
    const width = box.offsetWidth;
    const height = box.offsetHeight;
    place.style.setProperty("--shape", `${width}/${height}`);
    place.querySelectorAll(".main-svg").forEach((svg) => {
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    });
  }

  function scaleToScreen() {
    document.querySelectorAll(".main-svg").forEach((svg) => svg.removeAttribute("viewBox"));
  }

  function sortBy(head) {
    const table = head.closest("table");
    const body = table.tBodies[0];
    const up = head.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("th").forEach((one) => one.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    Array.from(body.rows)
      .map((row) => cellOf(row, head.cellIndex))
      .sort((a, b) => inOrder(a, b, up))
      .forEach((cell) => body.appendChild(cell.row));
  }

  function cellOf(row, at) {
    const text = row.cells[at].dataset.sort;
    return {row: row, text: text, number: parseFloat(text)};
  }

  function inOrder(a, b, up) {
    // Cells without a value stay at the end either way.
    if (!a.text || !b.text) return (a.text ? 0 : 1) - (b.text ? 0 : 1);
    const numbers = Number.isFinite(a.number) && Number.isFinite(b.number);
    const by = numbers ? a.number - b.number : a.text.localeCompare(b.text);
    return up ? by : -by;
  }
})();
