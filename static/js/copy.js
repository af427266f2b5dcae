// Copies what an element holds: <div hidden><button data-copy="id" data-copied="Copied."><span role="status">. Shown where a page may write to the clipboard.
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) continue;
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    const status = button.nextElementSibling;
    status.textContent = ""; // so that a second press is told again
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
      status.textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(source); // the browser refused: it stands selected, to be copied by hand
      source.select?.();
    }
  });
}
