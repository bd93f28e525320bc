// Keeps parts of a page current without a reload.
//
// `data-live="/stream"`: when the stream tells of a change, the part (and parts with `data-live-follow`) is
// read again from the page's own address. `data-every="15"`: it is read again every so many seconds as well.

const AFTER_CHANGE_MS = [700, 2500, 6000]; // a change is told a moment before all lists show it: look again
const RECONNECT_MS = 4000;

const live = document.querySelector("[data-live]");
const parts = [...document.querySelectorAll("[data-live], [data-live-follow], [data-every]")];
const seconds = Math.min(...parts.map((part) => Number(part.dataset.every) || Infinity));
const waiting = new Map(); // delay to timer: changes in quick succession neither pile up nor put it off

async function refresh() {
  if (document.hidden || parts.some((part) => part.contains(document.activeElement) && isBeingUsed())) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.redirected) return location.reload();
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const replacement = fresh.getElementById(part.id);
    if (replacement && replacement.innerHTML !== part.innerHTML) replace(part, replacement);
  }
  showState();
}

function replace(part, replacement) {
  const details = () => [...part.querySelectorAll("details")];
  const wereOpen = details().map((one) => one.open);
  part.replaceChildren(...replacement.childNodes);
  if (details().length === wereOpen.length) details().forEach((one, index) => (one.open = wereOpen[index]));
}

function isBeingUsed() {
  return document.activeElement.matches("input, select, textarea");
}

function refreshSoon() {
  for (const delay of AFTER_CHANGE_MS.filter((one) => !waiting.has(one))) {
    const look = () => {
      waiting.delete(delay);
      refresh();
    };
    waiting.set(delay, setTimeout(look, delay));
  }
}

let isConnected = false;

function showState() {
  for (const mark of document.querySelectorAll("[data-live-state]")) {
    mark.classList.toggle("on", isConnected);
    mark.textContent = isConnected ? "live" : "reconnecting";
  }
}

function connect() {
  const stream = new EventSource(live.dataset.live);
  stream.addEventListener("open", () => {
    if (!isConnected && connect.wasCut) refreshSoon();
    isConnected = true;
    showState();
  });
  stream.addEventListener("change", refreshSoon);
  stream.addEventListener("error", () => {
    isConnected = false;
    connect.wasCut = true;
    showState();
    // The browser comes back by itself after a cut, but not after an answer such as 503.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
}

if (live) connect();
if (seconds < Infinity) setInterval(refresh, seconds * 1000);
document.addEventListener("visibilitychange", () => document.hidden || refreshSoon());
