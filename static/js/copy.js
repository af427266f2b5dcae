// Copies what an element holds: <div hidden><button data-copy="id" data-copied="Copied."><span role="status">. Shown where a page may write to the clipboard.
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) continue;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    button.nextElementSibling.textContent = button.dataset.copied;
  });
}
