// Draws the course of an indicator: the value as a line, its interval or quantiles as a
// band. The page comes with a drawing, and the same numbers in the table below; the chart library is
// loaded when somebody points at the drawing or reaches it by keyboard.
"use strict";

(() => {
  const drawn = new WeakMap();
  const own = document.currentScript;
  let library = null;

  function load() {
    library ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = own.dataset.library;
      script.nonce = own.nonce;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // Numbers on the axis are written as on the rest of the page.
  function writer(language, digits) {
    const numbers = new Intl.NumberFormat(`${language}-u-nu-${digits}`, { maximumFractionDigits: 2, notation: "compact" });
    return (value) => numbers.format(value);
  }

  function paragraph(text, name) {
    const p = document.createElement("p");
    p.textContent = text;
    if (name) p.className = name;
    return p;
  }

  function tip(point, data) {
    const box = document.createElement("div");
    box.className = "chart-tip";
    box.dir = document.documentElement.dir;
    box.append(paragraph(point.name, "muted"));
    const value = document.createElement("strong");
    value.textContent = point.text;
    box.append(value);
    if (point.interval) box.append(paragraph(`${data.band}: ${point.interval}`));
    if (point.cases) box.append(paragraph(point.cases));
    if (point.note) box.append(paragraph(point.note, "muted"));
    return box;
  }

  function sentence(point, data) {
    return [point.name, point.text, point.interval && `${data.band} ${point.interval}`, point.cases, point.note].filter(Boolean).join(", ");
  }

  function options(data) {
    const write = writer(document.documentElement.lang, data.digits);
    const points = data.points;
    const accent = colour("--accent");
    const text = colour("--ink-soft");
    const line = colour("--line");
    const banded = points.some((p) => p.low !== null && p.high !== null);
    const series = [];
    if (banded) {
      const quiet = { type: "line", symbol: "none", lineStyle: { opacity: 0 }, stack: "band", silent: true, tooltip: { show: false }, connectNulls: false };
      series.push({ ...quiet, data: points.map((p) => (p.high === null ? null : p.low)) });
      series.push({ ...quiet, data: points.map((p) => (p.low === null ? null : p.high - p.low)), areaStyle: { color: colour("--band"), opacity: 0.6 } });
    }
    series.push({
      type: "line",
      name: data.line,
      data: points.map((p, i) => ({
        value: p.value,
        symbol: p.soft ? "emptyCircle" : "circle",
        symbolSize: i === data.current ? 11 : 6,
        itemStyle: p.soft ? { color: accent, borderColor: accent } : { color: accent, borderColor: colour("--surface"), borderWidth: 1 },
      })),
      lineStyle: { color: accent, width: 2 },
      connectNulls: false,
      emphasis: { scale: 1.4 },
      z: 5,
    });
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
      grid: { top: 16, bottom: 8, left: 8, right: 12, containLabel: true },
      xAxis: {
        type: "category",
        data: points.map((p) => p.label),
        inverse: data.mirror,
        boundaryGap: points.length < 3,
        axisLine: { lineStyle: { color: colour("--line-strong") } },
        axisTick: { show: false },
        axisLabel: { color: text, fontSize: 12, hideOverlap: true, margin: 12 },
      },
      yAxis: {
        type: "value",
        position: data.mirror ? "right" : "left",
        scale: !data.zero,
        min: data.zero ? 0 : undefined,
        splitNumber: 4,
        axisLabel: { color: text, fontSize: 12, formatter: write },
        splitLine: { lineStyle: { color: line } },
      },
      tooltip: {
        trigger: "axis",
        appendTo: "body",
        confine: true,
        backgroundColor: colour("--surface-raised"),
        borderColor: colour("--line-strong"),
        padding: [8, 12],
        axisPointer: { type: "line", lineStyle: { color: colour("--line-strong") } },
        formatter: (items) => tip(points[items[0].dataIndex], data),
      },
      aria: { enabled: false },
      series,
    };
  }

  function draw(element) {
    const source = document.getElementById(element.dataset.chart);
    if (!source || drawn.has(element)) return;
    let data = JSON.parse(source.textContent);
    if (!data.points || !data.points.length) return;
    element.style.blockSize = `${Math.max(element.clientHeight, 200)}px`;
    element.replaceChildren();
    element.classList.add("drawn");
    const chart = echarts.init(element, null, { renderer: "svg" });
    chart.setOption(options(data));
    drawn.set(element, chart);

    let at = data.current >= 0 ? data.current : data.points.length - 1;
    const said = document.getElementById("chart-said");
    const show = (index) => {
      at = Math.min(Math.max(index, 0), data.points.length - 1);
      chart.dispatchAction({ type: "showTip", seriesIndex: options(data).series.length - 1, dataIndex: at });
      said.textContent = sentence(data.points[at], data);
    };
    element.addEventListener("focus", () => { if (element.matches(":focus-visible")) show(at); });
    element.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
    element.addEventListener("keydown", (event) => {
      const forward = data.mirror ? "ArrowLeft" : "ArrowRight";
      const back = data.mirror ? "ArrowRight" : "ArrowLeft";
      const moves = { [forward]: at + 1, [back]: at - 1, Home: 0, End: data.points.length - 1 };
      if (event.key in moves) {
        event.preventDefault();
        show(moves[event.key]);
      } else if (event.key === "Enter" && data.points[at].address) {
        location.assign(data.points[at].address);
      }
    });
    chart.getZr().on("click", (event) => {
      const index = chart.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
      const point = data.points[Math.round(index)];
      if (point && point.address) location.assign(point.address);
    });
    document.addEventListener("assay:fresh", () => {
      data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
      chart.setOption(options(data), true);
    });
    if (element.matches(":focus-visible")) show(at);
    new ResizeObserver(() => chart.resize()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(data), true));
  }

  const wake = (event) => {
    const element = event.target.closest && event.target.closest("[data-chart]");
    if (element && !drawn.has(element)) load().then(() => draw(element), () => {}); // without the library the drawing stays
  };
  document.addEventListener("focusin", wake);
  document.addEventListener("pointerover", wake);
  window.addEventListener("beforeprint", () => document.querySelectorAll("[data-chart].drawn").forEach((e) => drawn.get(e).resize()));
})();
