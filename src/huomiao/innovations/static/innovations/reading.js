// Goes on reading a pile of scans until no sheet waits, and shows how far it is.

const form = document.querySelector("form[data-reading]");

if (form) readOn();

async function readOn() {
  const total = Number(form.dataset.total);
  const button = form.querySelector("button");
  button.hidden = true;
  try {
    for (let waiting = total; waiting > 0; ) {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(answer.status);
      ({ waiting } = await answer.json());
      form.querySelector("progress").value = total - waiting;
      form.querySelector("[data-reading-done]").textContent = total - waiting;
    }
    window.location.reload();
  } catch {
    // The button is the way on: pressing it also shows what the server has to say.
    button.hidden = false;
    form.querySelector("[data-reading-failed]").hidden = false;
  }
}
