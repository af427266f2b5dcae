// One sentence and its undo, in the region #toasts of base.html. A toast stays until it is read or replaced.
// The server starts one with the header  HX-Trigger: {"toast": {"text": "...", "undo": "/url/", "target": "#plan"}}
// or puts partials/toast.html into an answer out of band.
const region = document.getElementById("toasts");

function closeButton(toast) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--small";
  button.textContent = region.dataset.close;
  button.addEventListener("click", () => toast.remove());
  return button;
}

function csrfToken() {
  const headers = document.body.getAttribute("hx-headers");
  return headers ? JSON.parse(headers)["X-CSRFToken"] : "";
}

function undoForm(url, target) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  if (target) {
    form.setAttribute("hx-post", url);
    form.setAttribute("hx-target", target);
  }
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrfmiddlewaretoken";
  token.value = csrfToken();
  const button = document.createElement("button");
  button.className = "btn btn--small";
  button.textContent = region.dataset.undo;
  form.append(token, button);
  return form;
}

/** Show a sentence; `undo` is a URL that takes it back by POST, `target` what htmx replaces with the answer. */
export function showToast({ text, undo, target }) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words, undo ? undoForm(undo, target) : closeButton(toast));
  region.replaceChildren(toast);
  if (window.htmx) window.htmx.process(toast);
  return toast;
}

if (region) {
  document.body.addEventListener("toast", (event) => {
    const detail = typeof event.detail === "string" ? { text: event.detail } : event.detail;
    const text = detail.text || detail.value;
    if (text) showToast({ ...detail, text });
  });
  // Escape reads a toast away, wherever the focus is, unless something else took the key.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) region.replaceChildren();
  });
}
