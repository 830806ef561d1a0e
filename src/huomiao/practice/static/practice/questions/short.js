// A short answer in one's own words; people mark it, the page only counts its characters.
import { h, say } from "../dom.js";

export function short(question, changed) {
  const most = question.max_chars ?? 500;
  const area = h("textarea", { rows: 6, maxlength: most, "aria-label": say("yourAnswer") });
  const count = h("p", { class: "short-count", "aria-hidden": "true" });
  const tell = () => {
    count.textContent = say("characters", { count: [...area.value].length, most });
  };
  area.addEventListener("input", () => {
    tell();
    changed();
  });
  tell();
  const element = h("div", { class: "short" }, area, count);
  return {
    element,
    hint: "",
    read: () => area.value.trim() || null,
    fill(answer) {
      area.value = answer ?? "";
      tell();
    },
    lock() {
      area.readOnly = true;
    },
    mark(solution) {
      if (!solution) return;
      element.append(
        h("div", { class: "reference" }, h("p", { class: "reference-title" }, say("reference")), h("p", {}, solution)),
      );
    },
    press: () => false,
  };
}
