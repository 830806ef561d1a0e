// Items to put in order: two buttons for each, or dragging by its handle.
import { h, icon, say } from "../dom.js";

export function ordering(question, changed, announce) {
  const list = h("ol", { class: "order" });
  const rows = question.items.map((item, place) => {
    const up = h("button", { type: "button", class: "order-move", onclick: () => move(row, -1) }, icon("arrow-up"));
    const down = h("button", { type: "button", class: "order-move", onclick: () => move(row, 1) }, icon("arrow-down"));
    up.setAttribute("aria-label", say("moveUp", { item: item.text }));
    down.setAttribute("aria-label", say("moveDown", { item: item.text }));
    const handle = h("span", { class: "order-handle", "aria-hidden": "true" }, "⋮⋮");
    const row = h("li", { class: "order-row" }, handle, h("span", { class: "order-text" }, item.text), up, down);
    row.dataset.place = place;
    row.label = item.text;
    handle.addEventListener("pointerdown", (event) => drag(event, row));
    return row;
  });
  list.append(...rows);
  let touched = false;
  let locked = false;

  function settle() {
    const now = [...list.children];
    now.forEach((row, position) => {
      const [up, down] = row.querySelectorAll(".order-move");
      up.disabled = locked || position === 0;
      down.disabled = locked || position === now.length - 1;
    });
  }

  function move(row, by) {
    const position = [...list.children].indexOf(row) + by;
    if (by < 0) row.previousElementSibling?.before(row);
    else row.nextElementSibling?.after(row);
    touched = true;
    settle();
    const buttons = row.querySelectorAll(".order-move");
    const button = buttons[by < 0 ? 0 : 1];
    // At the end of the list the pressed button is off; its neighbour keeps the keyboard where it was.
    (button.disabled ? buttons[by < 0 ? 1 : 0] : button).focus();
    announce(say("movedTo", { item: row.label, position: position + 1 }));
    changed();
  }

  function drag(event, row) {
    if (locked) return;
    event.preventDefault();
    row.classList.add("order-dragged");
    row.setPointerCapture(event.pointerId);
    const follow = ({ clientY }) => {
      const before = row.previousElementSibling;
      const after = row.nextElementSibling;
      if (before && clientY < middle(before)) before.before(row);
      else if (after && clientY > middle(after)) after.after(row);
    };
    const drop = () => {
      row.classList.remove("order-dragged");
      row.removeEventListener("pointermove", follow);
      touched = true;
      settle();
      changed();
    };
    row.addEventListener("pointermove", follow);
    for (const end of ["pointerup", "pointercancel"]) row.addEventListener(end, drop, { once: true });
  }

  settle();
  return {
    element: list,
    hint: say("hintOrdering"),
    // As it stands once somebody has moved something; pressing on says that it is right as it stands.
    read: (final = false) => (touched || final ? [...list.children].map((row) => Number(row.dataset.place)) : null),
    fill(answer) {
      if (!answer) return;
      for (const place of answer) list.append(rows[place]);
      touched = true;
      settle();
    },
    lock() {
      locked = true;
      settle();
    },
    mark(solution, right) {
      if (right) return;
      [...list.children].forEach((row) => {
        const wanted = (solution ?? []).indexOf(Number(row.dataset.place)) + 1;
        row.append(h("span", { class: "order-verdict" }, say("shouldBe", { position: wanted })));
      });
    },
    press: () => false,
  };
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return box.top + box.height / 2;
}
