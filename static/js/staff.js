// What the staff's theme leaves nameless for screen readers: which part of the page is the main one, what each scrolling box holds, which
// field a select2 belongs to, what an icon alone does. The listener runs before the theme's own boxes start, which is at the same event and
// registered later.
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

// An icon is a word drawn by a font (more_vert), which a screen reader would read out. Where it is all that a control holds, the control gets a
// name: by what it is for, where we know it, else the word for more; and what only listens to a mouse becomes a button.
function nameIcon(icon) {
  icon.setAttribute("aria-hidden", "true");
  const control = icon.closest("a, button, [x-on\\:click]");
  if (!control || control.title || control.ariaLabel || control.labels?.length) return;
  const said = control.cloneNode(true);
  for (const one of said.querySelectorAll(".material-symbols-outlined")) one.remove();
  if (control !== icon && said.textContent.trim()) return;
  const words = document.getElementById("staff-words")?.dataset ?? {};
  const drawn = icon.textContent.trim();
  const field = control.closest(".related-widget-wrapper")?.querySelector("select, input")?.labels?.[0]?.firstChild?.textContent.trim();
  const actions = control.matches("[x-on\\:click*=showActions]"); // a phone's menu of what can be done on the page
  const home = !actions && control.matches("a[href]") && document.getElementById("site-name")?.textContent.trim();
  const name = { search: words.search, close: words.close }[drawn] ?? (actions ? words.actions : home || [field, words.more].filter(Boolean).join(": "));
  if (!name) return;
  control.setAttribute("aria-label", name);
  if (actions) tellWhetherOpen(control);
  else if (control.matches("a[href], button")) return;
  if (control === icon) icon.removeAttribute("aria-hidden");
  control.setAttribute("role", "button");
  control.tabIndex = 0;
  control.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    control.click();
  });
}

// The theme shows the menu by a class alone.
function tellWhetherOpen(opener) {
  const menu = opener.parentElement.querySelector("ul");
  if (!menu) return;
  const tell = () => opener.setAttribute("aria-expanded", String(menu.classList.contains("max-lg:flex")));
  opener.addEventListener("click", (event) => event.preventDefault()); // it is a link to nowhere
  new MutationObserver(tell).observe(menu, { attributes: true, attributeFilter: ["class"] });
  tell();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const icon of document.querySelectorAll(".material-symbols-outlined")) nameIcon(icon);
  (document.getElementById("main") || document.getElementById("page"))?.setAttribute("role", "main");
  for (const box of document.querySelectorAll("#main [data-simplebar]")) box.setAttribute("data-simplebar-aria-label", nameOf(box));
  for (const tool of document.querySelectorAll("ul.object-tools > :not(li)")) {
    const item = document.createElement("li");
    tool.replaceWith(item);
    item.append(tool);
  }
});

// A select2 is drawn when jQuery's queue gets to it (before or after the load event) and again with each row added: named as it appears.
function nameSelect(drawn) {
  const label = drawn.previousElementSibling?.labels?.[0]?.textContent.trim();
  if (!label) return;
  for (const part of drawn.querySelectorAll("[role=combobox], [role=textbox], input")) part.setAttribute("aria-label", label);
}

new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) {
      if (!(node instanceof Element)) continue;
      if (node.matches(".select2-container")) nameSelect(node);
      for (const drawn of node.querySelectorAll(".select2-container")) nameSelect(drawn);
      if (document.readyState === "loading") continue; // the page's own icons are named once all of it is there
      for (const icon of node.querySelectorAll(".material-symbols-outlined")) nameIcon(icon);
    }
}).observe(document.documentElement, { childList: true, subtree: true });

// A dialog: named, the rest of the page out of reach while it is open, the focus inside of it and afterwards back on the button that opened it.
// The theme shows and hides it by an attribute alone, so that is what is watched. Before htmx has settled the form, Enter would send it on its own.
function firstPlace(box) {
  return box.querySelector("[aria-invalid=true]") || box.querySelector("#dialog-refusal") || box.querySelector("input:not([type=hidden]), select, textarea") || box.querySelector("[type=submit]");
}

function watchDialog(box, overlay) {
  let opener = null;
  let settled = false;
  let shown = false; // as it was when looked at last: on a slow machine htmx has settled the form before the theme shows it
  const look = () => {
    const open = box.parentElement.style.display !== "none";
    const closed = shown && !open;
    shown = open;
    for (const part of document.body.children) if (part !== overlay && part !== box.parentElement) part.inert = open;
    if (open && settled && !box.contains(document.activeElement)) firstPlace(box)?.focus();
    if (!closed || !opener) return;
    const from = opener;
    requestAnimationFrame(() => (from.checkVisibility() ? from : document.querySelector("[x-on\\:click*=showActions]"))?.focus()); // a phone's menu may be closed by now
  };
  document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target !== box) return;
    opener = detail.elt;
    settled = false;
  });
  document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.elt === box) settled = true;
    if (detail.elt.id === "dialog-form") firstPlace(box)?.focus(); // what was refused is said beside its field: the first of them gets the focus
    else look();
  });
  new MutationObserver(look).observe(box.parentElement, { attributes: true, attributeFilter: ["style"] });
  for (const [name, value] of [["role", "dialog"], ["aria-modal", "true"], ["aria-labelledby", "dialog-title"]]) box.setAttribute(name, value);
}

document.addEventListener("DOMContentLoaded", () => {
  const [box, overlay] = [document.getElementById("modal-content"), document.getElementById("modal-overlay")];
  if (box && overlay) watchDialog(box, overlay);
});
