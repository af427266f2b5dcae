// What the staff's theme leaves nameless for screen readers: which part of the page is the main one, what each scrolling box holds, which
// field a select2 belongs to. Runs before the theme's own boxes start, which is at the same event and registered later.
function headingOf(box) {
  for (let around = box.parentElement; around && around !== document.body; around = around.parentElement) {
    const heading = [...around.querySelectorAll("h1, h2, h3")].find((one) => !box.contains(one));
    if (heading) return heading.textContent.trim();
  }
  return "";
}

// The columns belong to the name: the box's section is a landmark too, by its heading alone.
function nameOf(box) {
  const columns = [...box.querySelectorAll("th")].map((cell) => cell.textContent.trim()).filter(Boolean);
  return [headingOf(box), ...columns.slice(0, 3)].filter(Boolean).join(", ");
}

document.addEventListener("DOMContentLoaded", () => {
  (document.getElementById("main") || document.getElementById("page"))?.setAttribute("role", "main");
  for (const box of document.querySelectorAll("#main [data-simplebar]")) box.setAttribute("data-simplebar-aria-label", nameOf(box));
  for (const tool of document.querySelectorAll("ul.object-tools > :not(li)")) {
    const item = document.createElement("li");
    tool.replaceWith(item);
    item.append(tool);
  }
});

window.addEventListener("load", () => {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const label = select.labels[0]?.textContent.trim();
    if (!label) continue;
    for (const part of select.nextElementSibling.querySelectorAll("[role=combobox], [role=textbox], input")) part.setAttribute("aria-label", label);
  }
});
