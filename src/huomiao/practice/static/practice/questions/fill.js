// Blanks to fill: one line for each, named as it is numbered in the text.
import { h, say } from "../dom.js";

const BLANK = "____";

export function fill(question, changed) {
  const lines = Array.from({ length: question.blanks }, (_, place) => {
    const input = h("input", { type: "text", autocomplete: "off", autocapitalize: "off", maxlength: 200, oninput: changed });
    const label = question.blanks > 1 ? say("blank", { number: place + 1 }) : say("yourAnswer");
    return { input, row: h("label", { class: "blank" }, h("span", {}, label), input, h("span", { class: "blank-verdict" })) };
  });
  return {
    element: h("div", { class: "blanks" }, ...lines.map((line) => line.row)),
    hint: "",
    read() {
      const texts = lines.map((line) => line.input.value.trim());
      return texts.some(Boolean) ? texts : null;
    },
    fill(answer) {
      lines.forEach((line, place) => {
        line.input.value = answer?.[place] ?? "";
      });
    },
    lock() {
      for (const line of lines) line.input.readOnly = true;
    },
    mark(solution, right) {
      lines.forEach((line, place) => {
        if (right) return;
        line.row.querySelector(".blank-verdict").append(say("rightAnswer", { answer: solution?.[place] ?? "" }));
      });
    },
    press: () => false,
  };
}

// The stem with its blanks numbered, so that each line below can be found in it.
export function numbered(stem, blanks) {
  let number = 0;
  return stem.replaceAll(BLANK, () => {
    number += 1;
    return blanks > 1 ? ` ____(${number}) ` : ` ${BLANK} `;
  });
}
