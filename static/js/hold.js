// Counts a hold down (partials/hold.html). The clock time stands in the page, so nothing is lost without this file.
// Readers hear it at five minutes, at one minute and at the end, and never in between.
function start(hold) {
  if (hold.dataset.holdRunning) return;
  hold.dataset.holdRunning = "yes";
  const until = Date.parse(hold.dataset.hold);
  const total = Number(hold.dataset.holdTotal) || 1;
  const left = hold.querySelector("[data-hold-left]");
  const ring = hold.querySelector("[data-hold-ring]");
  const say = hold.querySelector("[data-hold-say]");
  let before = Infinity;

  function crossed(mark, seconds) {
    return before > mark && seconds <= mark && before !== Infinity;
  }

  function tick() {
    if (!hold.isConnected) {
      clearInterval(timer);
      return;
    }
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    left.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    ring.setAttribute("stroke-dasharray", `${Math.min(100, (seconds / total) * 100).toFixed(1)} 100`);
    if (crossed(300, seconds)) say.textContent = hold.dataset.holdFive;
    if (crossed(60, seconds)) say.textContent = hold.dataset.holdOne;
    if (seconds === 0) {
      clearInterval(timer);
      say.textContent = hold.dataset.holdOver;
      hold.dispatchEvent(new CustomEvent("hold:over", { bubbles: true }));
      if (hold.dataset.holdReload && before !== Infinity) window.location.assign(hold.dataset.holdReload);
    }
    before = seconds;
  }

  const timer = setInterval(tick, 1000);
  tick();
}

function startAll(root) {
  root.querySelectorAll("[data-hold]").forEach(start);
}

startAll(document);
document.body.addEventListener("htmx:load", (event) => startAll(event.target.parentElement || document));
