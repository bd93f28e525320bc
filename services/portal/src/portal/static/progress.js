// Shows how far an assessment is; the page is read again once its run has ended.

const STEPS = {
  "reading-inputs": "Reading facts and performance",
  assessing: "Assessing machines",
  "writing-results": "Writing results",
};
const RUNNING = ["Created", "Running"];
const RECONNECT_MS = 4000;
const whole = new Intl.NumberFormat("en", { useGrouping: true });
const section = document.querySelector("[data-progress]");

function show(progress) {
  section.querySelector("progress").value = progress.percent;
  const counted = `${whole.format(progress.done)} of ${whole.format(progress.total)}`;
  section.querySelector("[data-progress-text]").textContent = `${STEPS[progress.step] ?? progress.step}: ${counted}`;
}

function follow() {
  const stream = new EventSource(section.dataset.progress);
  stream.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("assessment", (event) => {
    const assessment = JSON.parse(event.data);
    if (assessment.progress) show(assessment.progress);
    if (!RUNNING.includes(assessment.state)) {
      stream.close();
      location.reload();
    }
  });
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, RECONNECT_MS);
  });
}

if (section) follow();
