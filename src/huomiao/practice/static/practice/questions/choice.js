// Single and multiple choice, true or false: options large enough for a thumb, numbered for the keyboard.
import { h, icon, letter, say } from "../dom.js";
import { media } from "../media.js";

export function choice(question, changed, announce, name) {
  const many = question.kind === "multiple";
  const options =
    question.kind === "true_false"
      ? [{ text: say("true"), value: true }, { text: say("false"), value: false }]
      : question.options.map((option, place) => ({ ...option, value: place, letter: letter(place) }));
  const rows = options.map((option) => {
    const input = h("input", { type: many ? "checkbox" : "radio", name, onchange: changed });
    const row = h(
      "label",
      { class: "option" },
      input,
      h("span", { class: "option-sign", "aria-hidden": "true" }, option.letter ?? icon(option.value ? "check" : "x")),
      h(
        "span",
        { class: "option-text" },
        // Read aloud before the text; the sign beside it is drawn for the eye.
        option.letter && h("span", { class: "visually-hidden" }, `${option.letter} `),
        option.text,
        media(option.media),
      ),
      h("span", { class: "option-verdict" }),
    );
    return { ...option, input, row };
  });
  const holds = (answer, row) =>
    question.kind === "true_false" ? answer === row.value : (answer ?? []).includes(row.value);
  return {
    element: h("div", { class: "options" }, ...rows.map((row) => row.row)),
    hint: many ? say("hintMultiple") : "",
    read() {
      const chosen = rows.filter((row) => row.input.checked).map((row) => row.value);
      if (question.kind === "true_false") return chosen.length ? chosen[0] : null;
      return chosen.length ? chosen : null;
    },
    fill(answer) {
      for (const row of rows) row.input.checked = holds(answer, row);
    },
    lock() {
      for (const row of rows) row.input.disabled = true;
    },
    mark(solution) {
      for (const row of rows) {
        const right = holds(solution, row);
        const given = row.input.checked;
        if (!right && !given) continue;
        row.row.dataset.verdict = right ? (given ? "right" : "missed") : "wrong";
        row.row
          .querySelector(".option-verdict")
          .append(icon(right ? "check" : "x"), h("span", { class: "visually-hidden" }, say(right ? "isRight" : "isWrong")));
      }
    },
    press(number) {
      const row = rows[number - 1];
      if (!row || row.input.disabled) return false;
      row.input.checked = many ? !row.input.checked : true;
      row.input.focus({ preventScroll: true });
      changed();
      return true;
    },
  };
}
