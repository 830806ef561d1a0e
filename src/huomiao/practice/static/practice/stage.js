// One question on the screen: its text, its control, and after grading what was right.
import { h, say } from "./dom.js";
import { media } from "./media.js";
import { numbered } from "./questions/fill.js";
import { control } from "./questions/kinds.js";

export function stage(question, { position, total, changed = () => {}, announce = () => {} }) {
  // Radio buttons of one name are one choice: each question has a name of its own.
  const part = control(question, changed, announce, `answer-${position}`);
  const stem = question.kind === "fill" ? numbered(question.stem, question.blanks) : question.stem;
  const name = `question-${position}`;
  const heading = h("h2", { class: "question-stem", id: name, tabindex: "-1" }, h("span", { class: "question-text" }, stem));
  const number = say("questionOf", { number: position + 1, total });
  const element = h(
    "div",
    { class: "question", role: "group", "aria-labelledby": name },
    heading,
    media(question.media),
    part.hint && h("p", { class: "question-hint" }, part.hint),
    part.element,
  );
  heading.prepend(h("span", { class: "question-kind" }, say(question.kind), h("span", { class: "visually-hidden" }, number)));
  return { ...part, element, heading };
}

// What a reply said of an answer: right or wrong, the right answer where the control cannot show it, and why.
export function verdict({ right, explanation, explanation_media: pictures, solution }, { answered, kind }) {
  const state = right == null ? "open" : right ? "right" : "wrong";
  const title =
    state === "open" ? say(answered ? "waitsForMarking" : "unanswered") : say(right ? "right" : answered ? "wrong" : "unanswered");
  return h(
    "div",
    { class: "verdict", "data-verdict": state },
    h("p", { class: "verdict-title" }, title),
    kind === "ordering" && !right && !answered && Array.isArray(solution) && h("p", {}, say("seeOrder")),
    explanation && h("p", { class: "verdict-text" }, explanation),
    media(pictures),
  );
}
