// Dragging a stop of the itinerary: along its day, or onto the tab of another day. The keyboard twin is "Change" at each stop.
// Nothing is decided here: while something hovers the server is asked whether it fits, and what is dropped is the same form that "Change" sends.
const HOLD = 8; // pixels before a press becomes a drag; a tap stays a tap
const ASK_AFTER = 180; // milliseconds over one gap before the server is asked
const EDGE = 70; // pixels from the edge of the window where it begins to scroll

let drag = null;

const plan = () => document.getElementById("plan-day");
const says = () => document.getElementById("drag-says");

function csrfToken() {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
}

function grips() {
  const root = plan();
  if (!root || !("editable" in root.dataset)) return;
  for (const stop of root.querySelectorAll("li[data-stop] > .pin")) stop.classList.add("pin--grip");
}

/** Gaps between the other stops, as {top of the next one, position}. */
function gaps(list, dragged) {
  const rest = [...list.querySelectorAll("[data-stop]")].filter((stop) => stop !== dragged);
  const found = rest.map((stop, position) => ({ y: stop.getBoundingClientRect().top, position, before: stop }));
  const last = rest[rest.length - 1] || dragged;
  found.push({ y: last.getBoundingClientRect().bottom, position: rest.length, before: null });
  return found;
}

function begin(event) {
  const pin = event.target.closest(".pin--grip");
  if (!pin || (event.pointerType === "mouse" && event.button !== 0)) return;
  const stop = pin.closest("[data-stop]");
  drag = { stop, pin, id: event.pointerId, x: event.clientX, y: event.clientY, moving: false, target: null, timer: 0 };
  pin.setPointerCapture(event.pointerId);
}

function lift() {
  drag.moving = true;
  drag.stop.classList.add("stop--lifted");
  document.documentElement.classList.add("dragging");
  drag.mark = document.createElement("li");
  drag.mark.className = "drop drop--here";
  drag.mark.setAttribute("aria-hidden", "true");
  drag.ghost = document.createElement("div");
  drag.ghost.className = "ghost";
  drag.ghost.textContent = drag.stop.dataset.name;
  document.body.append(drag.ghost);
}

function move(event) {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.moving) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < HOLD) return;
    lift();
  }
  event.preventDefault();
  drag.ghost.style.setProperty("translate", `${event.clientX + 14}px ${event.clientY + 10}px`);
  if (event.clientY < EDGE) window.scrollBy(0, -12);
  else if (event.clientY > window.innerHeight - EDGE) window.scrollBy(0, 12);
  aim(event);
}

function aim(event) {
  const day = Number(plan().dataset.day);
  const tab = document.elementFromPoint(event.clientX, event.clientY)?.closest(".days a[data-day]");
  const others = plan().querySelectorAll(".days .drop--here");
  for (const other of others) if (other !== tab) other.classList.remove("drop--here");
  let target;
  if (tab && Number(tab.dataset.day) !== day) {
    tab.classList.add("drop--here");
    drag.mark.remove();
    target = { day: Number(tab.dataset.day) };
  } else {
    const list = drag.stop.parentElement;
    const gap = gaps(list, drag.stop).reduce((best, one) => (Math.abs(one.y - event.clientY) < Math.abs(best.y - event.clientY) ? one : best));
    if (gap.before) list.insertBefore(drag.mark, gap.before);
    else lastStop(list).after(drag.mark);
    target = { day, position: gap.position };
  }
  if (drag.target && drag.target.day === target.day && drag.target.position === target.position) return;
  drag.target = target;
  clearTimeout(drag.timer);
  drag.timer = setTimeout(ask, ASK_AFTER, target);
}

function lastStop(list) {
  const stops = list.querySelectorAll("[data-stop]");
  return stops[stops.length - 1];
}

function stays(target) {
  return target.day === Number(plan().dataset.day) && target.position === Number(drag.stop.dataset.position);
}

function fields(target) {
  const values = { action: "move", stop: drag.stop.dataset.stop, day: String(target.day), version: plan().dataset.version };
  if (target.position !== undefined) values.position = String(target.position);
  return values;
}

/** Whether it fits there, in words, while it hovers. */
async function ask(target) {
  if (!drag || stays(target)) return;
  const asked = drag;
  const answer = await fetch(`${plan().dataset.preview}?${new URLSearchParams(fields(target))}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || drag !== asked || asked.target !== target) return;
  const words = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-fits]");
  if (!words) return;
  says().replaceChildren(words);
  asked.ghost.classList.toggle("ghost--no", words.dataset.fits === "no");
}

function end(event) {
  if (!drag || event.pointerId !== drag.id) return;
  const { moving, target } = drag;
  const wanted = moving && target && event.type === "pointerup" && !stays(target) ? fields(target) : null;
  putDown();
  if (!wanted) return;
  window.htmx.ajax("POST", plan().dataset.edit, {
    target: "#plan",
    values: wanted,
    headers: { "X-CSRFToken": csrfToken() },
  });
}

function putDown() {
  clearTimeout(drag.timer);
  drag.stop.classList.remove("stop--lifted");
  drag.mark?.remove();
  drag.ghost?.remove();
  document.documentElement.classList.remove("dragging");
  for (const tab of document.querySelectorAll(".days .drop--here")) tab.classList.remove("drop--here");
  says()?.replaceChildren();
  drag = null;
}

// What comes in place of the plan takes the focus where the reader was: a refusal, the list of places, or the stop that was changed.
function settle(event) {
  grips();
  const root = plan();
  if (!root || (event && event.detail.target?.id !== "plan")) return;
  const spot = root.querySelector("[data-focus]");
  if (spot) spot.focus();
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", move, { passive: false });
document.addEventListener("pointerup", end);
document.addEventListener("pointercancel", end);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) {
    event.preventDefault();
    putDown();
  }
});
document.body.addEventListener("htmx:afterSettle", settle);
grips();
