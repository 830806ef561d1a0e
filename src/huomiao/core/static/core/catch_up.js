// On a slow line people type and tick before the scripts arrive, and nothing fires again for that. Once every script of
// the page listens, what differs from the page as it was sent is told to them as if it had just been typed.
// Files are upload.js's own business.
const TYPED = "input:not([type=hidden], [type=file], [type=search]), textarea";

function isTouched(control) {
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked !== control.defaultChecked;
  if (control instanceof HTMLSelectElement) {
    const sent = [...control.options].filter((one) => one.defaultSelected);
    return [...control.selectedOptions].some((one) => (sent.length ? !sent.includes(one) : one.index > 0));
  }
  return control.matches(TYPED) && control.value !== control.defaultValue;
}

// Scripts of the page, modules too, have run by then.
document.addEventListener("DOMContentLoaded", () => {
  for (const control of document.querySelectorAll("form input, form select, form textarea")) {
    if (!isTouched(control)) continue;
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
});
