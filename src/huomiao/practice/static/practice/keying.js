// Typing answer sheets fast: one letter and on to the next, whole strings pasted, arrows to go back, the name beside the number.
const form = document.querySelector("[data-keying]");

if (form) {
  const entries = [...form.querySelectorAll("[data-entry]")];
  const number = form.elements.namedItem("number");
  const shown = form.querySelector("[data-who-name]");
  const ONE = new Set(["single", "true_false"]);
  const isOne = (entry) => entry && ONE.has(entry.dataset.entry);

  const to = (entry) => {
    entry?.focus();
    entry?.select?.();
  };
  const after = (entry) => entries[entries.indexOf(entry) + 1];
  const before = (entry) => entries[entries.indexOf(entry) - 1] ?? number;

  for (const entry of entries) {
    entry.addEventListener("input", (event) => {
      if (event.isComposing) return;
      if (isOne(entry) && entry.value.trim().length === 1) to(after(entry) ?? form.querySelector("[type=submit]"));
      if ((entry.dataset.entry === "ordering" || entry.dataset.entry === "matching") && entry.value.trim().length === Number(entry.dataset.length)) to(after(entry) ?? form.querySelector("[type=submit]"));
    });
    entry.addEventListener("keydown", (event) => {
      if (entry instanceof HTMLTextAreaElement || event.isComposing) return;
      if (event.key === "Enter" || (event.key === " " && entry.dataset.entry !== "fill")) {
        event.preventDefault();
        to(after(entry) ?? form.querySelector("[type=submit]"));
      } else if (event.key === "ArrowLeft" && entry.selectionStart === 0) {
        event.preventDefault();
        to(before(entry));
      } else if (event.key === "ArrowRight" && entry.selectionEnd === entry.value.length) {
        event.preventDefault();
        to(after(entry));
      } else if (event.key === "Backspace" && !entry.value) {
        event.preventDefault();
        to(before(entry));
      }
    });
    entry.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text").replace(/\s+/g, "") ?? "";
      if (!isOne(entry) || text.length < 2) return;
      event.preventDefault();
      let at = entry;
      for (const letter of text) {
        if (!isOne(at)) break;
        at.value = letter;
        at = after(at);
      }
      to(at ?? form.querySelector("[type=submit]"));
    });
  }

  let asked = "";
  const ask = async () => {
    const typed = number.value.trim();
    if (typed === asked) return;
    asked = typed;
    shown.textContent = "";
    if (!typed) return;
    try {
      const answer = await fetch(`${form.dataset.who}?number=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (asked === typed) shown.textContent = told.name ? `${told.name}　${told.unit}` : form.dataset.unknown;
    } catch {
      // The name is a comfort; the number is checked when the sheet is saved.
    }
  };
  number.addEventListener("change", ask);
  number.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    ask();
    to(entries[0]);
  });
}
