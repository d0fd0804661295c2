// Saves a drawing as SVG or PNG with the colours it is shown in, and its table as CSV.
"use strict";

(() => {
  const shown = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-size", "font-family", "font-weight", "text-anchor"];

  function copy(svg) {
    const box = svg.viewBox.baseVal;
    const size = box && box.width ? box : svg.getBoundingClientRect();
    const clone = svg.cloneNode(true);
    const from = [svg, ...svg.querySelectorAll("*")];
    [clone, ...clone.querySelectorAll("*")].forEach((element, i) => {
      const style = getComputedStyle(from[i]);
      for (const name of shown) element.setAttribute(name, style.getPropertyValue(name));
      element.removeAttribute("class");
      if (element.tagName === "a") element.removeAttribute("href");
    });
    clone.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    clone.setAttribute("width", size.width);
    clone.setAttribute("height", size.height);
    clone.setAttribute("fill", "none");
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    ground.setAttribute("width", "100%");
    ground.setAttribute("height", "100%");
    ground.setAttribute("fill", getComputedStyle(document.documentElement).getPropertyValue("--surface").trim());
    clone.prepend(ground);
    return { text: new XMLSerializer().serializeToString(clone), width: size.width, height: size.height };
  }

  function save(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  function saveText(text, type, name) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    save(address, name);
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  async function savePNG(drawing, name) {
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(drawing.text);
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * drawing.width;
    canvas.height = 2 * drawing.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), name);
  }

  // Cells that a spreadsheet would take for a formula are written as text.
  function cell(element) {
    const text = element.textContent.replace(/[\u2066-\u2069\u200e\u200f]/g, "").replace(/\s+/g, " ").trim();
    return '"' + (/^[=+@\t]/.test(text) ? "'" + text : text).replaceAll('"', '""') + '"';
  }

  function csv(table) {
    return "\ufeff" + [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\r\n") + "\r\n";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-save]");
    const frame = button && button.closest("[data-plot]");
    if (!frame) return;
    const name = `${document.title.split(" · ")[0]} ${frame.id}`.replace(/[^\p{L}\p{N} _-]/gu, "");
    const svg = frame.querySelector("svg.plot, .drawn svg");
    const table = (frame.dataset.plot && (frame.querySelector(frame.dataset.plot) || document.querySelector(frame.dataset.plot))) || null;
    if (button.dataset.save === "csv" && table) saveText(csv(table), "text/csv", name + ".csv");
    if (button.dataset.save === "svg" && svg) saveText(copy(svg).text, "image/svg+xml", name + ".svg");
    if (button.dataset.save === "png" && svg) savePNG(copy(svg), name + ".png");
  });
})();
