// What belongs together: a list to choose from for each left side, which every phone shows in its own large way.
import { h, letter, say } from "../dom.js";

export function matching(question, changed) {
  const sides = question.right.map((side, place) => `${letter(place)} ${side.text}`);
  const rows = question.left.map((side) => {
    const select = h(
      "select",
      { onchange: changed },
      h("option", { value: "" }, say("choose")),
      ...sides.map((text, place) => h("option", { value: place }, text)),
    );
    return { select, row: h("label", { class: "pair" }, h("span", {}, side.text), select, h("span", { class: "pair-verdict" })) };
  });
  return {
    element: h(
      "div",
      { class: "pairs" },
      h("ol", { class: "pair-sides" }, ...sides.map((text) => h("li", {}, text))),
      ...rows.map((row) => row.row),
    ),
    hint: say("hintMatching"),
    read() {
      const chosen = rows.map((row) => (row.select.value === "" ? null : Number(row.select.value)));
      return chosen.some((place) => place !== null) ? chosen : null;
    },
    fill(answer) {
      rows.forEach((row, place) => {
        row.select.value = answer?.[place] ?? "";
      });
    },
    lock() {
      for (const row of rows) row.select.disabled = true;
    },
    mark(solution) {
      rows.forEach((row, place) => {
        const wanted = solution?.[place];
        const given = row.select.value === "" ? null : Number(row.select.value);
        row.row.dataset.verdict = given === wanted ? "right" : "wrong";
        if (given !== wanted && wanted != null) {
          row.row.querySelector(".pair-verdict").append(say("rightAnswer", { answer: sides[wanted] }));
        }
      });
    },
    press: () => false,
  };
}
