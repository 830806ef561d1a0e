// Rows with <input type="checkbox" data-bulk>: <input type="checkbox" data-bulk-all> takes all on the page, Shift takes a
// range, and [data-bulk-count] in .bulk-bar says how many. One form at a time: rows and bar belong to their <form>.
let last = null;

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("input[data-bulk]");
  if (!box) return;
  if (event.shiftKey && last && last.form === box.form) {
    const boxes = rows(box.form);
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
  show(box.form);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest?.("input[data-bulk-all]");
  if (!all) return;
  for (const box of rows(all.form)) box.checked = all.checked;
  show(all.form);
});

function rows(form) {
  return [...form.elements].filter((control) => control.matches("input[data-bulk]:not(:disabled)"));
}

function show(form) {
  const boxes = rows(form);
  const chosen = boxes.filter((box) => box.checked).length;
  for (const count of form.querySelectorAll("[data-bulk-count]")) count.textContent = chosen;
  for (const button of form.querySelectorAll("[data-bulk-act]")) button.disabled = chosen === 0;
  for (const all of form.querySelectorAll("input[data-bulk-all]")) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

for (const form of document.querySelectorAll("form")) if (rows(form).length) show(form);
document.addEventListener("htmx:load", (event) => {
  const form = event.target.closest?.("form") ?? event.target.querySelector?.("form");
  if (form && rows(form).length) show(form);
});
