// The answer sheet: every question at a glance, what is saved, what is marked, what still waits on the device.
import { h, say } from "./dom.js";

export class Sheet {
  constructor(part, paper, record, outbox, { go, submit }) {
    Object.assign(this, { part, paper, record, outbox });
    this.buttons = paper.questions.map((question, place) =>
      h("button", { type: "button", class: "place", onclick: () => this.choose(place, go) }, String(place + 1)),
    );
    part.places.replaceChildren(
      ...paper.sections.flatMap((title, section) => {
        const buttons = this.buttons.filter((_button, place) => paper.questions[place].section === section);
        return buttons.length ? [h("h3", { class: "exam-section" }, title), h("div", { class: "places" }, ...buttons)] : [];
      }),
    );
    part.sheetOpen.onclick = () => this.open();
    part.sheetClose.onclick = () => part.sheet.close();
    part.submit.onclick = submit;
    this.refresh();
  }

  choose(place, go) {
    this.part.sheet.close();
    go(place);
  }

  open() {
    this.refresh();
    this.part.sheet.showModal();
  }

  refresh() {
    this.paper.questions.forEach(({ position }, place) => {
      const button = this.buttons[place];
      const isDone = this.paper.answers[position] != null;
      const waits = this.outbox.has(position);
      button.toggleAttribute("data-answered", isDone);
      button.toggleAttribute("data-unsent", waits);
      button.toggleAttribute("data-flagged", this.record.flags.includes(position));
      const words = say(isDone ? (waits ? "sheetUnsent" : "sheetDone") : "sheetOpen", { number: place + 1 });
      button.setAttribute("aria-label", this.record.flags.includes(position) ? `${words}，${say("flagged")}` : words);
    });
    this.part.sheetText.textContent = this.summary();
  }

  summary() {
    const open = this.paper.questions.filter(({ position }) => this.paper.answers[position] == null).length;
    const { unsent } = this.outbox;
    const flagged = this.record.flags.length;
    return [
      open ? say("openCount", { count: open }) : "",
      flagged ? say("flagCount", { count: flagged }) : "",
      unsent ? say("unsentCount", { count: unsent }) : "",
      open || unsent ? "" : say("allDone"),
    ].join("");
  }
}
