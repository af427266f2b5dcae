// A slider tells its value in its label: <input type="range" id="x" data-range="up to {}" data-currency="INR">
// with <span data-range-label="x"> in the label. Without this file the label keeps the value that the server wrote.
const language = document.documentElement.lang || "en";

function written(input) {
  const value = Number(input.value);
  const { currency } = input.dataset;
  const number = currency
    ? new Intl.NumberFormat(language === "en" && currency === "INR" ? "en-IN" : language, {
        style: "currency",
        currency,
        maximumFractionDigits: 0,
      }).format(value)
    : new Intl.NumberFormat(language).format(value);
  return (input.dataset.range || "{}").replace("{}", number);
}

function show(input) {
  const label = document.querySelector(`[data-range-label="${CSS.escape(input.id)}"]`);
  const text = written(input);
  if (label) label.textContent = text;
  input.setAttribute("aria-valuetext", text);
  const twin = document.getElementById(input.dataset.twin || "");
  if (twin && twin !== document.activeElement) twin.value = input.value;
}

// Delegated, so that sliders which htmx brings later work too.
document.addEventListener("input", (event) => {
  const input = event.target;
  if (input.matches?.('input[type="range"][data-range]')) show(input);
  const slider = input.dataset?.rangeTwinOf && document.getElementById(input.dataset.rangeTwinOf);
  if (slider && input.value !== "") {
    slider.value = input.value;
    show(slider);
  }
});
