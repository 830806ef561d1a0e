// The receipt: what the server holds, question by question.
import { h, localTime, say } from "./dom.js";

const REASONS = { hand: "receiptHand", time: "receiptTime", officer: "receiptOfficer", keyed: "receiptHand" };

export function receipt(reply, paper, lost, done) {
  const rows = (paper?.questions ?? []).map(({ position }, place) => {
    const isHeld = reply.held[position] != null;
    return h("li", { "data-held": isHeld }, `${say("receiptRow", { number: place + 1 })} `,
      h("span", {}, say(isHeld ? "receiptYes" : "receiptNo")));
  });
  return h("div", { class: "graded" },
    h("div", { class: "result", "data-passed": true },
      h("h2", { class: "result-title" }, say(REASONS[reply.reason] ?? "receiptHand")),
      h("p", {}, say("receiptHeld", { answered: reply.answered, total: reply.total })),
      h("p", { class: "muted tabular" }, say("receiptAt", { time: localTime(reply.submitted_at) })),
      h("p", { class: "exam-code tabular" }, say("receipt", { code: reply.receipt })),
      lost > 0 && h("p", { class: "player-note" }, say("receiptLost", { count: lost })),
      h("p", { class: "result-acts" }, h("a", { class: "button button-primary", href: done }, say("leaveExam"))),
    ),
    rows.length > 0 && h("ol", { class: "exam-rows" }, ...rows),
  );
}
