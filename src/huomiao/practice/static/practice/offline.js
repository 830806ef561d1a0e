// Without a network: go on with the paper that the last person on this device has under way, or say what waits.
import { isUnsent, lastPerson, runsOf } from "./device.js";
import { say } from "./dom.js";
import { onChange, watch } from "./outbox.js";
import { Player } from "./play.js";

const person = lastPerson();
const runs = (await runsOf(person)).filter(isUnsent).sort((a, b) => b.begun - a.begun);
const running = runs.find((run) => run.state === "running");
const waiting = runs.filter((run) => run.state === "waiting").length;

if (waiting) {
  document.querySelector("[data-offline-text]").textContent = say("keptHereCount", { count: waiting });
}
if (running) {
  const root = document.querySelector("[data-player]");
  Object.assign(root.dataset, { person, key: running.key, title: running.title, mode: running.mode, pass: running.pass });
  document.querySelector("[data-offline]").hidden = true;
  document.querySelector("[data-arena]").hidden = false;
  const player = new Player(root, { run: running });
  onChange((run, reply) => player.sent(run, reply));
  player.start();
}
if (person) watch(person);
