// Handing a shared phone to the next worker: first what waits is sent, then everything of this person leaves the device.
import { forget, isUnsent, runsOf } from "./device.js";
import { say } from "./dom.js";
import { flush } from "./outbox.js";

const form = document.querySelector("[data-handover]");
const { person } = form.dataset;
const status = form.querySelector("[data-status]");
const anyway = form.querySelector("[data-anyway]");
let isClear = false;

form.addEventListener("submit", async (event) => {
  if (isClear) return;
  event.preventDefault();
  status.textContent = say("handingOver");
  await flush(person);
  const open = (await runsOf(person)).filter(isUnsent);
  if (open.length && event.submitter !== anyway) {
    status.textContent = say("unsentLeft", { count: open.length });
    anyway.hidden = false;
    anyway.focus();
    return;
  }
  await forget(person);
  isClear = true;
  form.requestSubmit();
});
