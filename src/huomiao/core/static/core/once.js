// <form data-once> goes out once: the second press of an impatient finger does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After the browser has read the form, so that the pressed button's own value still goes with it.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
    event.submitter?.setAttribute("aria-busy", "true");
  });
});

// Back to a page that the browser kept: it may be sent again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) release(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) release(form);
});

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
