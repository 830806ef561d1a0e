// The room: waits for the start on the server's clock, then asks one question a screen until the paper is in.
import { h, localTime, say } from "./dom.js";
import { Outbox } from "./exam_outbox.js";
import { receipt } from "./exam_receipt.js";
import { Sheet } from "./exam_sheet.js";
import { watch } from "./exam_signals.js";
import { drop, keep, load } from "./exam_store.js";
import { ask, Away, Refused, serverNow, setServerNow } from "./exam_wire.js";
import { media } from "./media.js";
import { numbered } from "./questions/fill.js";
import { control } from "./questions/kinds.js";

const room = document.querySelector("[data-exam]");
const part = Object.fromEntries([...room.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
const { entry, candidate, slug, done } = room.dataset;
const opening = Number(room.dataset.opening);
// Texts are saved when the fingers rest.
const REST = 800;
const WARNINGS = [600, 300, 60, 10];

let record;
let outbox;
let sheet;
let paper;
let at = 0;
let current;
let restTimer = 0;
let isAsked = false;
let isEnded = false;
let stopSignals = () => {};

setServerNow(Number(room.dataset.now));

const announce = (text) => {
  part.live.textContent = "";
  requestAnimationFrame(() => {
    part.live.textContent = text;
  });
};

function note(text) {
  part.note.hidden = !text;
  part.note.textContent = text;
}

function show(state) {
  room.dataset.state = state;
}

// --- Before ---------------------------------------------------------------------------------------------------------

async function arrive() {
  if (!(await isOnlyWindow())) {
    stop(say("openElsewhere"));
    return;
  }
  record = await load(`${slug}:${candidate}`);
  outbox = new Outbox(record, heard);
  if (record.token && (await goOn())) return;
  if ("running" in room.dataset) askGoOn();
  else wait();
}

// Two windows of one device would number their answers alike. The lock ends with the window, however that ends.
function isOnlyWindow() {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`exam-${slug}-${candidate}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
  });
}

// The same device, a page loaded anew: its token still holds.
async function goOn() {
  try {
    run(await ask(`/p/exam/paper?token=${encodeURIComponent(record.token)}`), false);
    return true;
  } catch (problem) {
    if (problem instanceof Away) {
      part.waitText.textContent = say("startAway");
      await pause(2000);
      return goOn();
    }
    if (problem.code === "over") {
      await end(problem);
      return true;
    }
    record.token = "";
    return false;
  }
}

function askGoOn() {
  part.countdown.textContent = "";
  part.waitText.textContent = say("askGoOn");
  offer(say("goOn"), () => start(true));
}

function offer(words, act) {
  part.waitMore.hidden = true;
  part.begin.hidden = false;
  part.begin.disabled = false;
  part.begin.textContent = words;
  part.begin.onclick = () => {
    part.begin.disabled = true;
    act();
  };
}

function wait() {
  if (serverNow() >= opening) {
    // Whoever comes later begins when they say so: their time starts with it.
    part.waitText.textContent = "";
    offer(say("begin"), () => start(false));
    return;
  }
  const tick = () => {
    const left = opening - serverNow();
    if (left <= 0) {
      clearInterval(timer);
      part.countdown.textContent = say("opening");
      start(false);
      return;
    }
    part.countdown.textContent = say("waiting", { time: span(left) });
  };
  const timer = setInterval(tick, 250);
  tick();
}

async function start(resumes) {
  try {
    const reply = await ask("/p/exam/start", { entry, resumes });
    part.begin.hidden = true;
    run(reply, true);
  } catch (problem) {
    if (problem instanceof Away) {
      // The request may have come through and its answer been lost: then the sitting is ours to go on with.
      isAsked = true;
      part.waitText.textContent = say("startAway");
      await pause(1000 + Math.random() * 2000);
      start(resumes);
    } else if (problem.code === "not_open") {
      await pause((problem.answer.wait_ms ?? 1000) + 20);
      start(resumes);
    } else if (problem.code === "running" && isAsked) {
      start(true);
    } else if (problem.code === "running") {
      askGoOn();
    } else if (problem.code === "over" || problem.code === "no_more_tries") {
      location.assign(done);
    } else {
      stop(problem.message);
    }
  }
}

function stop(detail, ...more) {
  show("stopped");
  part.end.replaceChildren(
    h("div", { class: "player-stop" }, h("h2", {}, say("stopped")), h("p", {}, detail),
      h("button", { type: "button", class: "button", onclick: () => location.reload() }, say("reload")), ...more),
  );
  part.end.focus();
}

// --- While ----------------------------------------------------------------------------------------------------------

function run(reply, isNewDevice) {
  paper = reply;
  paper.answers = { ...reply.held };
  outbox.begin(reply.token, isNewDevice, reply.held);
  for (const one of record.queue) paper.answers[one.position] = one.answer;
  sheet = new Sheet(part, paper, record, outbox, { go, submit: askSubmit });
  stopSignals();
  stopSignals = watch(record, { left: () => note(say("leftOnce")) });
  show("running");
  clock();
  const open = paper.questions.findIndex((question) => paper.answers[question.position] == null);
  go(open < 0 ? 0 : open);
  tell();
}

function go(to) {
  settleText();
  at = Math.max(0, Math.min(to, paper.questions.length - 1));
  const question = paper.questions[at];
  const place = say("place", { number: at + 1, total: paper.questions.length });
  current = control(question, changed, announce, `q${question.position}`);
  current.fill(paper.answers[question.position] ?? null);
  const stem = question.kind === "fill" ? numbered(question.stem, question.blanks) : question.stem;
  const legend = h("legend", { class: "question-stem", tabindex: "-1" },
    h("span", { class: "question-kind" }, heading(question)), stem);
  part.stage.replaceChildren(
    h("fieldset", { class: "question" }, legend, media(question.media), current.hint && h("p", { class: "question-hint" }, current.hint), current.element),
  );
  part.place.textContent = place;
  part.back.disabled = at === 0;
  part.next.textContent = at === paper.questions.length - 1 ? say("handIn") : say("next");
  showFlag();
  note("");
  scrollTo(0, 0);
  legend.focus({ preventScroll: true });
}

// The section's title says the kind of question, in most papers.
function heading({ section, kind }) {
  const title = paper.sections[section] ?? "";
  return title.includes(say(kind)) || title.includes(say(kind).slice(0, 2)) ? title : [title, say(kind)].filter(Boolean).join(" · ");
}

function changed() {
  const question = paper.questions[at];
  const isText = question.kind === "fill" || question.kind === "short";
  clearTimeout(restTimer);
  if (isText) restTimer = setTimeout(() => take(), REST);
  else take();
}

function take(isFinal = false) {
  restTimer = 0;
  const { position } = paper.questions[at];
  const answer = current.read(isFinal);
  if (JSON.stringify(answer ?? null) === JSON.stringify(paper.answers[position] ?? null)) return;
  paper.answers[position] = answer;
  outbox.put(position, answer);
}

function settleText() {
  if (!restTimer) return;
  clearTimeout(restTimer);
  take();
}

function showFlag() {
  const isOn = record.flags.includes(paper.questions[at].position);
  part.flag.setAttribute("aria-pressed", String(isOn));
}

function heard(event, details) {
  if (event === "change") tell();
  else if (event === "replied") {
    if (details.wasAway && !record.queue.length) announce(say("backOnline"));
    if (paper && details.ends_at && details.ends_at !== paper.ends_at) {
      paper.ends_at = details.ends_at;
      note(say("extended"));
      clock();
    }
  } else if (event === "refusedOne") {
    const number = paper.questions.findIndex((question) => question.position === details.position) + 1;
    note(say("refusedOne", { number, detail: details.detail }));
  } else if (event === "stopped") stopped(details);
}

function stopped(problem) {
  if (problem.code === "signed_out") note(say("signedOut"));
  else if (problem.code === "over") end(problem);
  else if (problem.code === "taken_over") takenOver();
  else stop(problem.message);
}

function tell() {
  const { unsent, isAway, isWritten } = outbox;
  part.saved.dataset.tone = unsent ? (isAway ? "warn" : "busy") : "good";
  part.saved.textContent = unsent ? (isAway && isWritten ? say("unsent", { count: unsent }) : say("saving")) : say("saved");
  if (isAway && unsent && room.dataset.state === "running") note(say("unsentMore", { count: unsent }));
  else if (part.note.textContent.includes(say("unsentMore", { count: "" }).slice(0, 4))) note("");
  sheet?.refresh();
}

function takenOver() {
  outbox.isOver = true;
  stopSignals();
  show("stopped");
  part.end.replaceChildren(
    h("div", { class: "player-stop" }, h("h2", {}, say("takenOver")), h("p", {}, say("takenOverMore")),
      h("button", { type: "button", class: "button", onclick: () => start(true) }, say("takeBack"))),
  );
  part.end.focus();
}

// --- The clock ------------------------------------------------------------------------------------------------------

let clockTimer = 0;

function clock() {
  clearInterval(clockTimer);
  const left = () => Math.max(0, Math.ceil((paper.ends_at - serverNow()) / 1000));
  const due = WARNINGS.filter((mark) => mark < left());
  const tick = () => {
    const seconds = left();
    part.clock.textContent = span(seconds * 1000);
    part.clock.toggleAttribute("data-soon", seconds <= 300);
    if (due.length && seconds <= due[0]) {
      const mark = due.shift();
      announce(mark >= 60 ? say("minutesLeft", { count: mark / 60 }) : say("secondsLeft", { count: mark }));
    }
    if (seconds === 0) {
      clearInterval(clockTimer);
      settleText();
      handIn(say("timeOver"));
    }
  };
  clockTimer = setInterval(tick, 500);
  tick();
}

function span(ms) {
  const seconds = Math.ceil(ms / 1000);
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- Handing in -----------------------------------------------------------------------------------------------------

function askSubmit() {
  settleText();
  if (paper.early_at > serverNow()) {
    const time = localTime(paper.early_at, { hour: "2-digit", minute: "2-digit" });
    note(say("earlyAt", { time }));
    return;
  }
  part.askText.textContent = [sheet.summary(), say("askSubmit")].join("");
  part.ask.showModal();
}

async function handIn(words) {
  if (isEnded) return;
  show("sending");
  note(words);
  await outbox.sending;
  try {
    ended(await ask("/p/exam/submit", { token: record.token, answers: outbox.waiting() }));
  } catch (problem) {
    if (problem instanceof Away) {
      note(say("submitAway"));
      await pause(2500);
      handIn(words);
    } else if (problem.code === "over") end(problem);
    else if (problem.code === "taken_over") takenOver();
    else {
      show("running");
      note(problem.message);
    }
  }
}

// The time is over or somebody collected the paper: asking for the receipt settles how it stands.
async function end(problem) {
  if (isEnded) return;
  try {
    ended(await ask("/p/exam/submit", { token: record.token, answers: [] }));
  } catch (again) {
    if (again instanceof Away) {
      await pause(2500);
      end(problem);
    } else if (again instanceof Refused) stop(again.message);
    else throw again;
  }
}

function ended(reply) {
  isEnded = true;
  outbox.isOver = true;
  stopSignals();
  clearInterval(clockTimer);
  part.sheet.close();
  part.ask.close();
  note("");
  const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
  const lost = record.queue.filter((one) => !same(reply.held[one.position], one.answer)).length;
  show("ended");
  part.end.replaceChildren(receipt(reply, paper, lost, done));
  part.end.focus();
  if (!lost) drop(record.id);
}

part.next.onclick = () => {
  settleText();
  // What is already in the right order is answered by going on.
  if (paper.questions[at].kind === "ordering") take(true);
  if (at === paper.questions.length - 1) sheet.open();
  else go(at + 1);
};
part.back.onclick = () => go(at - 1);
part.flag.onclick = () => {
  const { position } = paper.questions[at];
  record.flags = record.flags.includes(position)
    ? record.flags.filter((one) => one !== position)
    : [...record.flags, position];
  keep(record);
  showFlag();
  sheet.refresh();
};
part.stage.onsubmit = (event) => {
  event.preventDefault();
  part.next.click();
};
part.askNo.onclick = () => part.ask.close();
part.askYes.onclick = () => {
  part.ask.close();
  part.sheet.close();
  handIn(say("handingIn"));
};
addEventListener("beforeunload", (event) => {
  if (room.dataset.state === "running" && record?.queue.length) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (room.dataset.state !== "running" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input:not([type=radio], [type=checkbox]), textarea, select, dialog *")) return;
  if (/^[1-9]$/.test(event.key) && current.press(Number(event.key))) event.preventDefault();
});

arrive();

