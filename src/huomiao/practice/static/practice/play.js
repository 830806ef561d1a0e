// The player: one question a screen, everything within reach of one thumb, nothing lost when the network or the tab goes.
import { clock } from "./clock.js";
import { dropRun, keepRun, runUnder } from "./device.js";
import { h, icon, say } from "./dom.js";
import { handIn, onChange, watch } from "./outbox.js";
import { review } from "./review.js";
import { stage, verdict } from "./stage.js";
import { ask, Away, Refused, serverNow } from "./wire.js";

export class Player {
  constructor(root, { run = null } = {}) {
    this.root = root;
    this.options = root.dataset;
    this.run = run;
    this.parts = Object.fromEntries(
      [...root.querySelectorAll("[data-part]")].map((element) => [element.dataset.part, element]),
    );
    this.announce = (text) => {
      this.parts.live.textContent = text;
    };
    this.stopClock = () => {};
    this.finished = () => {};
    this.moved = () => {};
    this.parts.next.addEventListener("click", () => this.next());
    this.parts.back.addEventListener("click", () => this.show(this.run.position - 1));
    this.parts.list.addEventListener("click", () => this.overview());
    this.parts.stage.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => this.key(event));
    // What was typed and not yet kept: a phone that locks gives no later chance.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.run?.state === "running") this.keep();
    });
  }

  get isEach() {
    return this.run.paper.feedback === "each";
  }

  get question() {
    return this.run.paper.questions[this.run.position];
  }

  async start() {
    this.root.dataset.state = "loading";
    this.run ??= await runUnder(this.options.person, this.options.key);
    if (!this.run && !(await this.fetch())) return;
    if (!this.run.paper.questions.length) {
      this.stop(say("noQuestions"));
      return;
    }
    this.root.dataset.state = "running";
    if (this.run.resumed) this.announce(say("resumed"));
    this.run.resumed = true;
    const endsAt = this.run.paper.ends_at;
    this.stopClock = clock(this.parts.clock, endsAt, { announce: this.announce, over: () => this.submit() });
    if (!endsAt || endsAt > serverNow()) this.show(this.run.position);
  }

  async fetch() {
    try {
      const paper = await ask(`/p/paper?plan=${encodeURIComponent(this.options.plan)}`);
      this.run = {
        id: paper.token,
        person: this.options.person,
        key: this.options.key,
        title: this.options.title,
        // Enough to go on with it on the page that is shown without a network.
        lives: Number(this.options.lives) || 0,
        mode: this.options.mode,
        pass: this.options.pass,
        begun: serverNow(),
        state: "running",
        position: 0,
        paper,
        answers: paper.questions.map(() => null),
        checks: {},
      };
      await keepRun(this.run);
      return true;
    } catch (problem) {
      if (problem instanceof Refused) this.stop(problem.detail || say("refused"));
      else if (problem instanceof Away) this.stop(say("away"), () => this.start());
      else throw problem;
      return false;
    }
  }

  // Nothing to answer: a sentence that says why, and a way on.
  stop(text, again) {
    this.root.dataset.state = "stopped";
    this.stopClock();
    this.parts.stage.replaceChildren(
      h(
        "div",
        { class: "player-stop", role: "alert" },
        h("p", {}, text),
        again && h("button", { type: "button", class: "button button-primary", onclick: again }, say("tryAgain")),
        h("a", { class: "button", href: this.options.leave }, say("leave")),
      ),
    );
  }

  show(position) {
    const { questions } = this.run.paper;
    this.take();
    this.run.position = Math.max(0, Math.min(position, questions.length - 1));
    this.keep();
    this.shown = stage(this.question, {
      position: this.run.position,
      total: questions.length,
      changed: () => this.changed(),
      announce: this.announce,
    });
    this.shown.fill(this.run.answers[this.run.position]);
    this.parts.stage.replaceChildren(this.shown.element);
    this.parts.place.textContent = say("place", { number: this.run.position + 1, total: questions.length });
    this.parts.progress.max = questions.length;
    this.parts.progress.value = this.run.position + 1;
    this.parts.back.hidden = this.isEach || this.run.position === 0;
    this.parts.list.hidden = this.isEach;
    this.hearts();
    const check = this.run.checks[this.run.position];
    if (check) this.reveal(check);
    else this.label();
    window.scrollTo({ top: 0 });
    this.shown.heading.focus({ preventScroll: true });
    this.moved(this.run.position);
  }

  label() {
    const isLast = this.run.position === this.run.paper.questions.length - 1;
    const isChecked = this.isEach && !this.run.checks[this.run.position];
    this.parts.next.textContent = say(isChecked ? "check" : isLast ? "handIn" : "next");
  }

  // What stands on the screen, into the run. `final` when it is left by the button that goes on.
  take(final = false) {
    if (!this.shown || this.root.dataset.state !== "running" || this.run.checks[this.run.position]) return;
    this.run.answers[this.run.position] = this.shown.read(final);
  }

  changed() {
    this.take();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), 300);
  }

  keep() {
    if (this.run.state === "running") keepRun(this.run);
  }

  async next() {
    if (this.root.dataset.state !== "running" || this.isBusy) return;
    this.take(true);
    if (this.isEach && !this.run.checks[this.run.position]) {
      if (this.run.answers[this.run.position] == null) {
        this.note(say("chooseFirst"));
        return;
      }
      await this.check();
      return;
    }
    if (this.run.isOver || this.run.position === this.run.paper.questions.length - 1) await this.askAndSubmit();
    else this.show(this.run.position + 1);
  }

  async check() {
    const { position } = this.run;
    this.busy(true);
    try {
      const reply = await ask("/p/check", {
        token: this.run.paper.token,
        position,
        answer: this.run.answers[position],
      });
      this.note("");
      this.run.checks[position] = reply;
      if (reply.right === false && this.run.lives) this.lose();
      this.keep();
      this.reveal(reply);
    } catch (problem) {
      if (problem instanceof Refused) await this.refused(problem);
      else if (!(problem instanceof Away)) throw problem;
      // Where an error can end it, the server has to say so before one goes on.
      else if (this.run.lives) this.note(say("awayChecking"));
      else {
        this.note(say("awayLater"));
        this.run.checks[position] = { right: null, isWaiting: true };
        this.keep();
        this.label();
      }
    } finally {
      this.busy(false);
    }
  }

  lose() {
    this.run.lost = (this.run.lost ?? 0) + 1;
    this.run.isOver = this.run.lost >= this.run.lives;
    this.hearts();
  }

  hearts() {
    const { lives = 0, lost = 0 } = this.run;
    this.parts.lives.hidden = lives < 2;
    this.parts.lives.textContent = "♥".repeat(Math.max(0, lives - lost)) + "♡".repeat(Math.min(lives, lost));
    this.parts.lives.setAttribute("aria-label", say("livesLeft", { count: Math.max(0, lives - lost) }));
  }

  reveal(check) {
    this.shown.lock();
    if (!check.isWaiting) {
      const answered = this.run.answers[this.run.position] != null;
      this.shown.mark(check.solution, check.right);
      const box = verdict(check, { answered, kind: this.question.kind });
      this.shown.element.append(box);
      this.announce(`${box.querySelector(".verdict-title").textContent} ${check.explanation ?? ""}`);
      box.scrollIntoView({ block: "nearest" });
    }
    this.label();
    if (this.run.isOver) this.parts.next.textContent = say("seeResult");
    this.parts.next.focus({ preventScroll: true });
  }

  overview() {
    this.take();
    const { dialog } = this.parts;
    const buttons = this.run.answers.map((answer, position) =>
      h(
        "button",
        {
          type: "button",
          class: "place",
          "data-answered": answer != null,
          "aria-current": position === this.run.position ? "step" : null,
          "aria-label": say(answer == null ? "placeOpen" : "placeDone", { number: position + 1 }),
          onclick: () => {
            dialog.close();
            this.show(position);
          },
        },
        String(position + 1),
      ),
    );
    this.parts.places.replaceChildren(...buttons);
    this.parts.dialogText.textContent = this.openText();
    this.parts.submit.onclick = () => {
      dialog.close();
      this.submit();
    };
    dialog.showModal();
  }

  openText() {
    const open = this.run.answers.filter((answer) => answer == null).length;
    return open ? say("openLeft", { count: open }) : say("allAnswered");
  }

  async askAndSubmit() {
    if (!this.isEach && this.run.answers.includes(null)) this.overview();
    else await this.submit();
  }

  async submit() {
    if (this.isBusy || this.run.state === "sent") return;
    this.take();
    this.stopClock();
    this.busy(true);
    this.root.dataset.state = "sending";
    try {
      this.done(await handIn(this.run));
    } catch (problem) {
      if (problem instanceof Away) this.wait(problem.message);
      else if (problem instanceof Refused) this.stop(problem.detail || say("refused"), () => this.anew());
      else throw problem;
    } finally {
      this.busy(false);
    }
  }

  // The paper is too old, or its bank was taken away: nothing is gained by coming back to it.
  async refused(problem) {
    if (problem.status === 410) this.stop(problem.detail, () => this.anew());
    else this.note(problem.detail || say("refused"));
  }

  async anew() {
    await dropRun(this.run.id);
    this.run = null;
    await this.start();
  }

  // No network: it is safe on this device, and goes out by itself.
  wait(reason) {
    this.root.dataset.state = "waiting";
    this.parts.stage.replaceChildren(
      h(
        "div",
        { class: "player-stop", role: "status" },
        h("p", { class: "waiting-title" }, icon("clock"), say("keptHere")),
        h("p", {}, reason || say("keptHereMore")),
        h("button", { type: "button", class: "button button-primary", onclick: () => this.submit() }, say("sendNow")),
        h("a", { class: "button", href: this.options.leave }, say("leave")),
      ),
    );
  }

  // The outbox got it through while the page waited.
  sent(run, reply) {
    if (run.id === this.run?.id && this.root.dataset.state === "waiting") this.done(reply);
  }

  done(reply) {
    this.run.state = "sent";
    this.root.dataset.state = "done";
    const { receipts, report, again, leave, analysis, pass } = this.options;
    const fill = (pattern) => pattern && reply.receipt && pattern.replace("CODE", encodeURIComponent(reply.receipt));
    const graded = review(this.run, reply, {
      receiptAddress: fill(receipts),
      analysis: fill(analysis),
      reportAddress: report,
      again,
      leave,
      passPercent: Number(pass) || 0,
      isRow: this.options.mode === "sudden",
    });
    this.parts.stage.replaceChildren(graded);
    window.scrollTo({ top: 0 });
    graded.querySelector(".result-title").focus({ preventScroll: true });
    this.finished(reply);
  }

  note(text) {
    this.parts.note.textContent = text;
    this.parts.note.hidden = !text;
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    if (isBusy) this.parts.next.setAttribute("aria-busy", "true");
    else this.parts.next.removeAttribute("aria-busy");
  }

  key(event) {
    if (this.root.dataset.state !== "running" || this.parts.dialog.open) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isWriting = event.target.matches?.("textarea, input[type=text], select");
    if (/^[1-9]$/.test(event.key) && !isWriting) {
      if (this.shown?.press(Number(event.key))) event.preventDefault();
    } else if (event.key === "Enter" && !event.target.matches?.("textarea, button, a, select, summary")) {
      event.preventDefault();
      this.next();
    }
  }
}

const root = document.querySelector("[data-player]:not([data-by-hand])");
if (root) {
  const player = new Player(root);
  onChange((run, reply) => player.sent(run, reply));
  player.start();
  watch(root.dataset.person);
}
