// The graded paper: how it went, then every question with its explanation, wrong ones first.
import { h, icon, say } from "./dom.js";
import { stage, verdict } from "./stage.js";

export function review(run, reply, { receiptAddress, reportAddress, again, leave, analysis, passPercent, isRow, heading }) {
  const asked = run.isOver ? run.position + 1 : run.paper.questions.length;
  const items = run.paper.questions
    .slice(0, asked)
    .map((question, position) => ({ question, position, item: reply.items[position] }));
  const wrong = items.filter(({ item }) => item.fraction != null && item.fraction < 1);
  const rest = items.filter((one) => !wrong.includes(one));
  const percent = reply.total ? Math.round((100 * reply.right) / reply.total) : 0;
  const passed = passPercent ? percent >= passPercent : percent === 100;
  const title = heading ?? words(percent, passed, { hasMark: Boolean(passPercent), isRow, right: reply.right });
  const top = h(
    "header",
    { class: "result", "data-passed": passed },
    passed && flames(),
    h("p", { class: "result-score" }, h("strong", {}, String(reply.right)), h("span", {}, isRow ? "" : ` / ${reply.total}`)),
    h("h2", { class: "result-title", tabindex: "-1" }, title),
    !reply.counted && h("p", { class: "muted" }, say("late")),
    h(
      "div",
      { class: "result-acts" },
      again && h("a", { class: "button button-primary", href: again }, say("again")),
      analysis && h("a", { class: "button", href: analysis }, say("analysis")),
      h("a", { class: again ? "button button-quiet" : "button button-primary", href: leave }, say("done")),
    ),
    receiptAddress && h("p", { class: "result-receipt small" }, h("a", { href: receiptAddress }, icon("check"), say("receipt"))),
  );
  return h(
    "div",
    { class: "graded" },
    top,
    wrong.length > 0 && part(say("wrongOnes", { count: wrong.length }), wrong, reportAddress, true),
    rest.length > 0 && part(say("rightOnes", { count: rest.length }), rest, reportAddress, wrong.length === 0),
  );
}

function words(percent, passed, { hasMark, isRow, right }) {
  if (isRow) return say("inARow", { count: right });
  if (percent === 100) return say("allRight");
  if (hasMark) return say(passed ? "passed" : "notPassed");
  return say(percent >= 80 ? "good" : percent >= 60 ? "fair" : "keepOn");
}

function part(title, items, reportAddress, open) {
  return h(
    "details",
    { class: "graded-part", open },
    h("summary", {}, title),
    h("ol", { class: "graded-list" }, ...items.map((one) => graded(one, reportAddress))),
  );
}

function graded({ question, position, item }, reportAddress) {
  const shown = stage(question, { position, total: 0 });
  shown.fill(item.answer);
  shown.lock();
  shown.mark(item.solution, item.right);
  const report = reportAddress?.replace("/0/", `/${question.id}/`);
  return h(
    "li",
    { value: position + 1 },
    shown.element,
    verdict(item, { answered: item.answer != null, kind: question.kind }),
    report && h("p", {}, h("a", { class: "report small", href: report }, icon("flag"), say("report"))),
  );
}

// A few sparks over the score. They rise once; who asked their device for less motion sees them stand still.
function flames() {
  return h("div", { class: "sparks", "aria-hidden": "true" }, ...Array.from({ length: 7 }, () => h("i", { class: "spark" })));
}
