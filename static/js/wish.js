// The wish form: interest chips count 1 to 3, and what is typed survives a reload (kept in this tab only).
function weightOf(box) {
  return Number((box.value.split(":")[1] || "2"));
}

function showWeight(box) {
  const label = box.closest("label");
  const dots = label.querySelector(".weight");
  const words = label.querySelector("[data-weight-words]");
  const weight = box.checked ? weightOf(box) : 0;
  dots.hidden = weight === 0;
  dots.querySelectorAll("i").forEach((dot, index) => dot.classList.toggle("on", index < weight));
  words.textContent = weight ? words.dataset.weightWords.replace("{}", weight) : "";
}

function setWeight(box, weight) {
  const name = box.value.split(":")[0];
  box.checked = weight > 0;
  box.value = weight > 0 ? `${name}:${weight}` : name;
  showWeight(box);
}

// A tap goes 2, 3, 1, off: the first one means "I like it", like a browser without script.
const NEXT = { 0: 2, 2: 3, 3: 1, 1: 0 };
const seen = new WeakMap();

function startChips(root) {
  root.querySelectorAll("[data-weights] input[type=checkbox]").forEach((box) => {
    seen.set(box, box.checked ? weightOf(box) : 0);
    setWeight(box, seen.get(box));
  });
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-weights] input[type=checkbox]")) return;
  const weight = NEXT[seen.get(box) || 0];
  seen.set(box, weight);
  setWeight(box, weight);
});

function keyOf(form) {
  return `draft:${form.dataset.draft}`;
}

function keep(form) {
  const fields = [...new FormData(form).entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
  sessionStorage.setItem(keyOf(form), JSON.stringify(fields));
}

function restore(form) {
  const stored = sessionStorage.getItem(keyOf(form));
  // What the server filled in (an earlier trip, a refused form, an address) wins over an old draft.
  if (!stored || form.querySelector("[aria-invalid=true]") || location.search || form.querySelector("[name=destination]").value) return;
  const fields = JSON.parse(stored);
  form.querySelectorAll("[data-weights] input[type=checkbox]").forEach((box) => setWeight(box, 0));
  for (const [name, value] of fields) {
    for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (input.type === "checkbox" && name === "interests") {
        if (input.value.split(":")[0] === value.split(":")[0]) setWeight(input, Number(value.split(":")[1] || 2));
      } else if (input.type === "checkbox" || input.type === "radio") {
        input.checked = input.value === value;
      } else {
        input.value = value;
      }
    }
  }
}

// Forms with chips alone (how I travel): nothing to keep, it is saved on the server.
document.querySelectorAll("form[data-weigh]").forEach(startChips);

document.querySelectorAll("form[data-draft]").forEach((form) => {
  restore(form);
  startChips(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("change", () => keep(form));
  form.addEventListener("submit", () => sessionStorage.removeItem(keyOf(form)));
  form.addEventListener("reset", () => {
    sessionStorage.removeItem(keyOf(form));
    setTimeout(() => startChips(form));
  });
});

// The budget slider writes into its number field; the estimate asks again with it.
document.addEventListener("change", (event) => {
  const slider = event.target;
  if (slider.id !== "budget-slider") return;
  const field = document.getElementById(slider.dataset.twin);
  field.value = slider.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
