// <textarea data-limit="300"> shows how many characters are written, counted as the server counts: by code point.
const NEAR = 0.9;

function attach(control) {
  if (control.dataset.limitShown) return;
  control.dataset.limitShown = "yes";
  const count = document.createElement("output");
  count.className = "limit";
  count.setAttribute("for", control.id);
  control.after(count);
  const most = Number(control.dataset.limit);
  const show = () => {
    // Browsers send a line break as two characters; the server makes it one.
    const length = [...control.value.replaceAll("\r\n", "\n")].length;
    count.textContent = `${length} / ${most}`;
    count.dataset.state = length > most ? "over" : length > most * NEAR ? "near" : "ok";
  };
  control.addEventListener("input", show);
  show();
}

function attachAll(root) {
  for (const control of root.querySelectorAll("[data-limit]")) attach(control);
}

attachAll(document);
document.addEventListener("htmx:load", (event) => attachAll(event.target));
