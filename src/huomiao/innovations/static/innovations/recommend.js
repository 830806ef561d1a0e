// The ranked list: rows can be dragged, numbers follow, and quotas and shares are counted as they will be when saved.
// Without this script the numbers are typed and the buttons move rows; the server counts and refuses all the same.
const form = document.querySelector("[data-ranking]");
const body = form?.querySelector("[data-ranked]");

if (form?.querySelector("input.rank")) {
  for (const note of form.querySelectorAll("[data-with-script]")) note.hidden = false;
  form.addEventListener("input", changed);
  if (body) makeDraggable(body);
}

function makeDraggable(list) {
  let dragged = null;
  for (const row of list.rows) row.draggable = true;
  // A press inside a field or on a button is for that, not for dragging.
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) row.draggable = !event.target.closest("input, button, a");
  });
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-row]");
    if (!dragged) return;
    dragged.dataset.dragging = "";
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-row]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    delete dragged.dataset.dragging;
    dragged = null;
    let place = 0;
    for (const row of list.rows) {
      const box = row.querySelector("input.rank");
      if (box.value.trim()) box.value = ++place;
    }
    changed();
  });
}

function changed() {
  for (const note of form.querySelectorAll("[data-dirty]")) note.hidden = false;
  const chosen = [...form.querySelectorAll("[data-row]")].filter((row) => Number(row.querySelector("input.rank")?.value) > 0);
  for (const item of document.querySelectorAll("[data-quota]")) showQuota(item, chosen);
  for (const item of document.querySelectorAll("[data-share]")) showShare(item, chosen);
}

function showQuota(item, chosen) {
  const { quota, maximum } = item.dataset;
  const used = quota ? chosen.filter((row) => row.dataset.category === quota).length : chosen.length;
  item.querySelector("[data-used]").textContent = used;
  if (maximum === "") return;
  const over = used - Number(maximum);
  item.toggleAttribute("data-over", over > 0);
  item.querySelector("[data-left-text]").hidden = over > 0;
  item.querySelector("[data-over-text]").hidden = over <= 0;
  item.querySelector("[data-left]").textContent = Math.max(-over, 0);
  item.querySelector("[data-over-count]").textContent = Math.max(over, 0);
  fill(item.querySelector(".meter"), (used / Number(maximum)) * 100);
}

function showShare(item, chosen) {
  const count = chosen.filter((row) => row.dataset.traits.split(" ").includes(item.dataset.share)).length;
  const percent = chosen.length ? Math.round((count / chosen.length) * 100) : 0;
  const isShort = count * 100 < Number(item.dataset.minimum) * chosen.length;
  item.querySelector("[data-percent]").textContent = percent;
  item.toggleAttribute("data-short", isShort);
  item.querySelector("[data-short-text]").hidden = !isShort;
  fill(item.querySelector(".meter"), percent);
}

function fill(meter, percent) {
  meter.classList.toggle("meter-over", percent > 100);
  meter.querySelector(".meter-fill").setAttribute("width", Math.min(Math.max(percent, 0), 100));
}
