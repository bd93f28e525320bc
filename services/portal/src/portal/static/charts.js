// A machine's performance as charts. Measured values are solid lines; generated ones (a demo's history) are
// dashed and named in the legend, so that nobody takes them for measured.

const section = document.getElementById("charts");
const holder = section.querySelector("[data-charts]");
const note = section.querySelector("[data-note]");
const form = section.querySelector("form");
const buttons = [...form.querySelectorAll("[data-range]")];

const HOUR = 3600;
const RANGES = { "1h": HOUR, "24h": 24 * HOUR, "7d": 7 * 24 * HOUR, "30d": 30 * 24 * HOUR };
const HEIGHT = 190;
const GAP_STEPS = 2.5; // a longer pause than this many steps is drawn as a gap
const CHARTS = [
  { title: "Processor", unit: "%", metrics: { cpu_percent: "used", cpu_ready_percent: "ready, waiting" } },
  { title: "Memory", unit: "%", metrics: { memory_percent: "used", memory_assigned_percent: "assigned" } },
  { title: "Disk operations", unit: "IOPS", metrics: { read_iops: "read", write_iops: "write" } },
  { title: "Disk throughput", unit: "MB/s", metrics: { read_mb_per_second: "read", write_mb_per_second: "write" } },
  {
    title: "Network",
    unit: "MB/s",
    metrics: { received_mb_per_second: "received", transmitted_mb_per_second: "transmitted" },
  },
];

let plots = [];
let range = "24h";
let request = null;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function format(value, unit) {
  if (value == null) return "–";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

function address() {
  const query = new URLSearchParams({ resolution: form.resolution.value });
  if (range) {
    query.set("from", new Date(Date.now() - RANGES[range] * 1000).toISOString());
  } else {
    if (form.from.value) query.set("from", `${form.from.value}:00Z`);
    if (form.until.value) query.set("until", `${form.until.value}:00Z`);
  }
  return `${section.dataset.url}?${query}`;
}

async function load() {
  request?.abort();
  request = new AbortController();
  try {
    const answer = await fetch(address(), { headers: { Accept: "application/json" }, signal: request.signal });
    if (answer.status === 401) return location.reload();
    const body = await answer.json();
    if (!answer.ok) return fail(body.detail || body.title);
    draw(body);
  } catch (error) {
    if (error.name !== "AbortError") fail("The portal does not answer.");
  }
}

function fail(message) {
  clear();
  note.textContent = message;
}

function clear() {
  plots.forEach((plot) => plot.destroy());
  plots = [];
  holder.replaceChildren();
}

function draw(performance) {
  clear();
  const step = performance.resolution === "10m" ? 600 : null;
  for (const chart of CHARTS) {
    const series = performance.series.filter((one) => one.metric in chart.metrics && one.points.length);
    if (series.length) plots.push(plotOf(chart, series, step, performance));
  }
  fit();
  const points = performance.series.flatMap((one) => one.points);
  note.textContent = describe(performance, points);
  section.dataset.drawn = String(points.length);
}

function describe(performance, points) {
  if (!points.length) return "No samples in this time.";
  const kind = performance.resolution === "10m" ? "Peaks of 10 minutes" : "Every sample";
  const made = points.filter((point) => point.generated).length;
  const generated = made ? ` Dashed: generated history, not measured (${Math.round((100 * made) / points.length)} % of the points).` : "";
  const method = performance.series.find((one) => one.method)?.method;
  return `${kind}, times in UTC.${method ? ` Memory by ${method}.` : ""}${generated}`;
}

// One line per series, split into what was measured and what was generated, on one common time axis.
function linesOf(chart, series) {
  return series.flatMap((one) => {
    const label = `${deviceOf(one, series)} ${chart.metrics[one.metric]}`.trim();
    return [false, true]
      .map((generated) => ({ label, generated, points: one.points.filter((p) => p.generated === generated) }))
      .filter((line) => line.points.length);
  });
}

// Two devices may have the same name; then the instance tells them apart.
function deviceOf(one, series) {
  if (!one.device_name) return one.instance;
  const isShared = series.some((other) => other.device_name === one.device_name && other.instance !== one.instance);
  return isShared ? `${one.device_name} (${one.instance})` : one.device_name;
}

function timesOf(series, step) {
  const seconds = series.flatMap((one) => one.points.map((point) => Date.parse(point.at) / 1000));
  const times = [...new Set(seconds)].sort((a, b) => a - b);
  const usual = step ?? median(times.slice(1).map((time, index) => time - times[index]));
  return times.flatMap((time, index) =>
    index && time - times[index - 1] > GAP_STEPS * usual ? [times[index - 1] + usual, time] : [time],
  );
}

function median(values) {
  return values.length ? values.sort((a, b) => a - b)[values.length >> 1] : 1;
}

function plotOf(chart, series, step, performance) {
  const lines = linesOf(chart, series);
  const times = timesOf(series, step);
  const labels = [...new Set(lines.map((line) => line.label))];
  const values = lines.map((line) => {
    const byTime = new Map(line.points.map((point) => [Date.parse(point.at) / 1000, point.value]));
    return times.map((time) => byTime.get(time) ?? null);
  });
  const figure = document.createElement("figure");
  figure.className = "chart";
  const peak = Math.max(...values.flat().filter((value) => value !== null));
  figure.innerHTML = "<figcaption><b></b><span></span></figcaption>";
  figure.querySelector("b").textContent = chart.title;
  figure.querySelector("span").textContent = `highest ${format(peak, chart.unit)}`;
  figure.setAttribute("aria-label", `${chart.title}, highest ${format(peak, chart.unit)}`);
  holder.append(figure);
  return new uPlot(options(chart, lines, labels, figure.clientWidth, performance), [times, ...values], figure);
}

function options(chart, lines, labels, width, performance) {
  const axis = { stroke: color("--muted"), grid: { stroke: color("--line-soft"), width: 1 }, ticks: { show: false } };
  const strokes = lines.map((line) => color(`--c${1 + (labels.indexOf(line.label) % 6)}`));
  const bounds = [Date.parse(performance.from) / 1000, Date.parse(performance.until) / 1000];
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { y: false },
    legend: {
      markers: {
        width: 2,
        dash: (_, index) => (lines[index - 1]?.generated ? "dashed" : "solid"),
        stroke: (_, index) => strokes[index - 1],
        fill: (_, index) => (lines[index - 1]?.generated ? "transparent" : strokes[index - 1]),
      },
    },
    scales: {
      x: { range: () => bounds },
      y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(chart.unit === "%" ? 100 : 0, (high ?? 1) * 1.08) || 1] },
    },
    axes: [
      { ...axis, font: "11px sans-serif", size: 28, values: timeLabels(bounds) },
      { ...axis, font: "11px sans-serif", size: 48, label: chart.unit, labelSize: 18, labelFont: "11px sans-serif", values: (_, ticks) => ticks.map((tick) => compact(tick)) },
    ],
    series: [
      { value: (_, time) => (time == null ? "" : `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`) },
      ...lines.map((line, index) => ({
        label: line.generated ? `${line.label} (generated)` : line.label,
        stroke: strokes[index],
        width: 1.5,
        dash: line.generated ? [5, 4] : undefined,
        alpha: line.generated ? 0.75 : 1,
        points: { show: line.points.length < 3 },
        value: (_, value) => format(value, chart.unit),
      })),
    ],
  };
}

function fit() {
  for (const plot of plots) {
    const width = plot.root.parentElement.clientWidth;
    if (width !== plot.width) plot.setSize({ width, height: HEIGHT });
  }
}

function timeLabels([from, until]) {
  const isLong = until - from > 36 * HOUR;
  return (_, ticks) =>
    ticks.map((tick) => {
      const text = new Date(tick * 1000).toISOString();
      return isLong ? text.slice(5, 10) : text.slice(11, 16);
    });
}

function compact(value) {
  return Math.abs(value) >= 10000 ? `${value / 1000}k` : String(Number(value.toFixed(3)));
}

function choose(chosen) {
  range = chosen;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.range === chosen));
  load();
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    form.from.value = form.until.value = "";
    choose(button.dataset.range);
  });
}
form.from.addEventListener("change", () => choose(null));
form.until.addEventListener("change", () => choose(null));
form.resolution.addEventListener("change", load);
form.addEventListener("submit", (event) => event.preventDefault());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", load);
new ResizeObserver(fit).observe(holder);
setInterval(() => document.hidden || range !== "1h" || load(), 20_000);
load();
