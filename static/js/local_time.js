// A moment on the reader's own clock: <time datetime="…Z" data-local-time="time|moment">. Without this file it says UTC.
// The clock is the one chosen in the profile (<html data-zone>), else the device's.
const language = document.documentElement.lang || "en";
const zone = document.documentElement.dataset.zone || undefined;
const shapes = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};

function localize(root) {
  for (const mark of root.querySelectorAll("time[data-local-time]")) {
    const moment = new Date(mark.dateTime);
    const shape = shapes[mark.dataset.localTime];
    if (!shape || Number.isNaN(moment.getTime())) continue;
    mark.textContent = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { ...shape, timeZone: zone }).format(moment);
    delete mark.dataset.localTime;
  }
}

localize(document);
document.body.addEventListener("htmx:load", (event) => localize(event.target.parentElement || document));
