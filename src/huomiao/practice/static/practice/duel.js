// A duel: wait for the other, count down by the server's clock, answer, and see how far the other is meanwhile.
import { say } from "./dom.js";
import { Player } from "./play.js";
import { onChange, watch } from "./outbox.js";
import { Away, serverNow } from "./wire.js";

const page = document.querySelector("[data-duel]");
const address = page.dataset.duel;
const root = page.querySelector("[data-player]");
const lobby = page.querySelector("[data-lobby]");
const status = page.querySelector("[data-lobby-state]");
const rival = root.querySelector("[data-part=rival]");
const EVERY = 2000;

let player = null;
let answered = 0;
let duel = {};

async function look() {
  try {
    duel = await report();
    show();
  } catch (problem) {
    if (!(problem instanceof Away)) throw problem;
  }
  if (!player || root.dataset.state === "running") setTimeout(look, EVERY);
}

async function report() {
  const sent = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": page.dataset.csrf },
    body: new URLSearchParams({ done: String(answered) }),
    signal: AbortSignal.timeout(8000),
  }).catch(() => {
    throw new Away();
  });
  if (!sent.ok) throw new Away();
  return sent.json();
}

function show() {
  if (duel.state === "over" && !player) {
    location.reload();
    return;
  }
  if (!player && (duel.state === "counting" || duel.state === "running")) count();
  if (player) tell();
}

let counting = false;

async function count() {
  if (counting) return;
  counting = true;
  for (const part of ["code", "alone"]) page.querySelector(`[data-lobby-${part}]`)?.setAttribute("hidden", "");
  // One answer of the hot path tells this device how far its clock is off.
  const offset = duel.now - Date.now();
  const left = () => duel.starts_at - (Date.now() + offset);
  while (left() > 0) {
    status.textContent = say("duelStarts", { count: Math.ceil(left() / 1000) });
    await new Promise((done) => setTimeout(done, Math.min(250, left())));
  }
  begin();
}

function begin() {
  lobby.hidden = true;
  page.querySelector("[data-arena]").hidden = false;
  root.dataset.plan = duel.plan;
  player = new Player(root);
  player.moved = (position) => {
    answered = position;
  };
  // Both results stand on one page, made by the server.
  player.finished = () => location.reload();
  onChange((run, reply) => player.sent(run, reply));
  watch(root.dataset.person);
  player.start();
}

function tell() {
  const { recorded_seconds: seconds, starts_at: since, total } = duel;
  if (seconds != null) {
    const done = Math.min(total, Math.floor((total * (serverNow() - since)) / (1000 * Math.max(1, seconds))));
    rival.textContent = done >= total ? say("duelDone") : say("duelSteps", { count: done + 1 });
  } else if (duel.is_rival_done) rival.textContent = say("duelDone");
  else if (duel.is_rival_gone) rival.textContent = say("duelGone");
  else if (duel.rival) rival.textContent = say("duelSteps", { count: duel.done + 1 });
}

look();
