// On every page of practice: what waits on this device, and the site as an app on the phone.
import { dropRun, forgetOthers, receiptsOf, runsOf } from "./device.js";
import { h, say } from "./dom.js";
import { onChange, watch } from "./outbox.js";

const body = document.querySelector("[data-practice]");
const person = body?.dataset.person ?? "";

async function show() {
  const box = document.querySelector("[data-outbox]");
  if (!box) return;
  const runs = await runsOf(person);
  const rows = [
    ...runs.filter((run) => run.state === "waiting").map((run) => line(run.title, say("stateWaiting"), "warn")),
    ...runs.filter((run) => run.state === "refused").map(refused),
    ...(await receiptsOf(person)).slice(0, 5).map((receipt) => handedIn(receipt, box.dataset.receipts)),
  ];
  box.hidden = rows.length === 0;
  box.querySelector("[data-outbox-rows]").replaceChildren(...rows);
}

function line(title, state, tone, ...more) {
  return h("li", {}, h("span", {}, title), h("span", { class: `badge badge-${tone}` }, state), ...more);
}

function refused(run) {
  const away = h("button", { type: "button", class: "button button-small button-quiet" }, say("remove"));
  away.addEventListener("click", async () => {
    await dropRun(run.id);
    await show();
  });
  return line(run.title, run.detail || say("stateRefused"), "bad", away);
}

function handedIn(receipt, pattern) {
  const state = say("stateSent", { right: receipt.right, total: receipt.total });
  const address = pattern && receipt.receipt && pattern.replace("CODE", encodeURIComponent(receipt.receipt));
  return line(receipt.title, state, "good", address && h("a", { class: "small", href: address }, say("receipt")));
}

async function install() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/practice/sw.js", { scope: "/practice/" });
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => {
      // The first worker of all needs no word; a newer one waits until the reader says so, or all pages are closed.
      if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
    });
  });
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
}

function offer(worker) {
  const box = document.querySelector("[data-update]");
  if (!box) return;
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("take-over");
  });
}

if (body) {
  forgetOthers(person).then(show);
  onChange(show);
  if (person && !document.querySelector("[data-player]")) watch(person);
  install().catch(() => {});
}
