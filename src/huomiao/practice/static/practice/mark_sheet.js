// A marker's sheet: ticked points add up, keys give points, and everything is saved as it is given.
const SAVE_AFTER = 800;
const STEP = 0.5;

const form = document.querySelector("[data-mark-sheet]");

if (form) {
  const points = form.querySelector("[data-points]");
  const version = form.elements.namedItem("version");
  const ticks = [...form.querySelectorAll("[data-worth]")];
  const status = form.querySelector("[data-status]");
  const most = Number(form.dataset.most);
  let timer = 0;
  let dirty = false;
  let sending = false;
  let stuck = false;

  const say = (words) => { status.textContent = words; };

  const give = (value) => {
    points.value = String(Math.min(most, Math.max(0, Math.round(value / STEP) * STEP || 0)));
    if (value >= most) points.value = String(most);
    changed();
  };

  const changed = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  };

  async function save() {
    clearTimeout(timer);
    if (sending || stuck || !dirty || !points.validity.valid) return !dirty;
    sending = true;
    dirty = false;
    say(form.dataset.saving);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok && "version" in told) {
        version.value = String(told.version);
        say(form.dataset.saved);
      } else {
        dirty = true;
        stuck = answer.status === 409;
        say(form.dataset.refused + (told.detail ?? answer.status));
      }
    } catch {
      dirty = true;
      say(form.dataset.offline);
    } finally {
      sending = false;
    }
    return !dirty;
  }

  for (const tick of ticks) {
    tick.addEventListener("change", () => {
      // What was found so far, scaled where the reference's points and the paper's differ.
      const worth = (one) => Number(one.dataset.worth);
      const all = ticks.reduce((sum, one) => sum + worth(one), 0);
      const found = ticks.filter((one) => one.checked).reduce((sum, one) => sum + worth(one), 0);
      give(all ? (found * most) / all : 0);
    });
  }
  points.addEventListener("input", changed);
  form.elements.namedItem("comment").addEventListener("input", changed);
  for (const button of form.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => give(Number(points.value || 0) + Number(button.dataset.step)));
  }
  for (const button of form.querySelectorAll("[data-give]")) {
    button.addEventListener("click", () => give(Number(button.dataset.give)));
  }

  const follow = async (selector) => {
    const link = document.querySelector(selector);
    if (link && (await save())) location.assign(link.href);
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLTextAreaElement;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=go]"));
    } else if ((event.ctrlKey || event.metaKey) && !typing && event.key === "ArrowRight") {
      event.preventDefault();
      follow("[data-next]");
    } else if ((event.ctrlKey || event.metaKey) && !typing && event.key === "ArrowLeft") {
      event.preventDefault();
      follow("[data-previous]");
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing && event.target !== points) {
      if (event.key === "ArrowUp" || event.key === "ArrowDown") {
        event.preventDefault();
        give(Number(points.value || 0) + (event.key === "ArrowUp" ? STEP : -STEP));
      } else if (/^[1-9]$/.test(event.key) && ticks[Number(event.key) - 1]) {
        event.preventDefault();
        ticks[Number(event.key) - 1].click();
      }
    }
  });

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    // What is on its way would make the form's version stale.
    if (sending) {
      event.preventDefault();
      const submitter = event.submitter;
      const wait = setInterval(() => {
        if (!sending) {
          clearInterval(wait);
          form.requestSubmit(submitter);
        }
      }, 50);
    }
  });
}
