// The phone menu is a <details>, so it works without this file.
// Here it also closes on Escape, on a click outside, and when the wide navigation takes over.
const menu = document.querySelector("details.phone");

function close(returnFocus) {
  if (!menu.open) return;
  menu.open = false;
  if (returnFocus) menu.querySelector("summary").focus();
}

if (menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(menu.contains(document.activeElement));
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) close(false);
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(false);
  });
  window.matchMedia("(min-width: 48rem)").addEventListener("change", () => close(false));
}
