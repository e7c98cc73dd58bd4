// Draws the figures of a page from the data beside them, and sorts its tables.
(function () {
  "use strict";

  const night = window.matchMedia("screen and (prefers-color-scheme: dark)");
  // Of figures, by day and by night; curves get brighter ones of the same hues.
  const BY_NIGHT = {
    "#1f2933": "#e8edf2", "#52606d": "#aab7c4", "#e4e7eb": "#36434f", "#9aa5b1": "#8796a5",
    "#cbd2d9": "#4b5a68", "#ffffff": "#19222b", white: "#19222b", "#0072b2": "#5ab8f0",
    "#009e73": "#3fd0a4", "#d55e00": "#ff9350", "#8a2b06": "#ffb38a", "#aa4499": "#e08ad2",
    "#7f5539": "#d0a37f",
  };
  // Colours that make a map what it is, and words.
  const AS_THEY_ARE = new Set(["colorscale", "text", "hovertext"]);

  const plots = Array.from(document.querySelectorAll(".plot"));
  plots.forEach((place) => draw(place, night.matches));
  night.addEventListener("change", () => plots.forEach((place) => draw(place, night.matches)));
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", toScreen);
  document.querySelectorAll("table.sortable th button").forEach((button) => {
    button.addEventListener("click", () => sortBy(button.parentNode));
  });

  function draw(place, dark) {
    const data = document.getElementById(place.dataset.figure).textContent;
    const figure = dressed(JSON.parse(data), dark);
    if (!place.layout) place.textContent = "";
    Plotly.react(place, figure.data, figure.layout, {
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

  function dressed(figure, dark) {
    if (!dark) return figure;
    // A map has a bright ground of its own: what lies on it keeps its colours.
    const map = figure.data.some((one) => /heatmap|contour/.test(one.type));
    const {shapes, annotations, ...rest} = figure.layout;
    const layout = recoloured(rest);
    if (shapes) layout.shapes = map ? shapes : recoloured(shapes);
    if (annotations) layout.annotations = map ? annotations : recoloured(annotations);
    return {data: map ? figure.data : recoloured(figure.data), layout: layout};
  }

  function recoloured(one) {
    if (typeof one === "string") return BY_NIGHT[one.toLowerCase()] || one;
    if (Array.isArray(one)) return one.map(recoloured);
    if (!one || typeof one !== "object") return one;
    return Object.fromEntries(Object.entries(one).map(([key, value]) => [key, AS_THEY_ARE.has(key) ? value : recoloured(value)]));
  }

  // Paper is white, and shows what a click would.
  function toPaper() {
    if (night.matches) plots.forEach((place) => draw(place, false));
    plots.forEach(scaleToPaper);
    document.querySelectorAll("details:not([open])").forEach((one) => {
      one.open = true;
      one.dataset.opened = "";
    });
  }

  function toScreen() {
    scaleToScreen();
    document.querySelectorAll("details[data-opened]").forEach((one) => {
      one.open = false;
      delete one.dataset.opened;
    });
    if (night.matches) plots.forEach((place) => draw(place, true));
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
