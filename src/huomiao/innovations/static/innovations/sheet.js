// Scoring: bands and half points, a live total, and drafts that survive a bad network.
// The form works without this; here it is saved as one goes, and kept on the device until the server has it.

const SAVE_AFTER = 900;
const RETRY_AFTER = 15000;

const form = document.querySelector("[data-sheet]");
if (form) start(form);

function start(form) {
  const key = `sheet:${form.dataset.owner}:${form.dataset.sheet}`;
  const status = form.querySelector("[data-status]");
  const version = form.elements.namedItem("version");
  const sum = form.querySelector("[data-total]");
  const sign = form.querySelector("[data-sign]");
  let timer = 0;
  let sending = false;
  let dirty = false;
  let stuck = false;

  const criteria = [...form.querySelectorAll("[data-criterion]")].map((box) => ({
    box,
    input: box.querySelector("input[type=number]"),
    bands: [...box.querySelectorAll("[data-band]")],
    points: Number(box.dataset.points),
  }));

  const say = (text, tone = "") => {
    status.textContent = text;
    status.dataset.tone = tone;
  };

  const show = () => {
    let total = 0;
    let complete = true;
    for (const { input, bands, points } of criteria) {
      const filled = input.value !== "" && input.validity.valid;
      const mark = Number(input.value);
      if (filled) total += mark;
      else complete = false;
      // A band holds its lower limit; the highest holds both.
      for (const band of bands) {
        const low = Number(band.dataset.low);
        const high = Number(band.dataset.high);
        const within = filled && mark >= low && (mark < high || (high >= points && mark <= high));
        band.setAttribute("aria-pressed", String(within));
      }
    }
    sum.textContent = criteria.some(({ input }) => input.value !== "") ? String(total) : "—";
    return complete;
  };

  const set = ({ input, points }, value) => {
    const half = Math.round(Math.min(points, Math.max(0, value)) * 2) / 2;
    input.value = String(half);
    changed();
  };

  const choose = (criterion, band) => {
    const low = Number(band.dataset.low);
    const high = Number(band.dataset.high);
    if (band.getAttribute("aria-pressed") !== "true") set(criterion, (low + high) / 2);
  };

  const typed = () => ({
    marks: Object.fromEntries(criteria.map(({ input }) => [input.name, input.value])),
    comment: form.elements.namedItem("comment").value,
  });

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ version: version.value, ...typed() }));
    } catch {
      // A private window may refuse storage; saving to the server goes on.
    }
  };

  const forget = () => {
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  };

  const changed = () => {
    dirty = true;
    show();
    keep();
    if (sign) sign.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  };

  async function save() {
    clearTimeout(timer);
    if (sending || stuck || !dirty) return !dirty;
    if (criteria.some(({ input }) => !input.validity.valid)) return false;
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
      if (answer.ok && answer.headers.get("Content-Type")?.startsWith("application/json")) {
        const told = await answer.json();
        version.value = String(told.version);
        if (!dirty) {
          forget();
          say(form.dataset.saved);
          if (sign) sign.hidden = told.total === null;
        }
      } else {
        dirty = true;
        const told = await answer.json().catch(() => ({}));
        stuck = told.error === "stale" || told.error === "wrong_state";
        say(told.error === "stale" ? form.dataset.stale : form.dataset.refused + (told.detail ?? answer.status), "bad");
      }
    } catch {
      dirty = true;
      say(form.dataset.offline, "bad");
      timer = setTimeout(save, RETRY_AFTER);
    } finally {
      sending = false;
    }
    if (dirty && !stuck && navigator.onLine) timer = setTimeout(save, RETRY_AFTER);
    return !dirty;
  }

  const restore = () => {
    let left = null;
    try {
      left = JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return;
    }
    if (!left) return;
    // Somebody saved since: what the server has wins, and what lay here is dropped.
    if (left.version !== version.value) {
      forget();
      return;
    }
    for (const { input } of criteria) input.value = left.marks[input.name] ?? input.value;
    form.elements.namedItem("comment").value = left.comment;
    say(form.dataset.restored);
    dirty = true;
    timer = setTimeout(save, SAVE_AFTER);
  };

  for (const criterion of criteria) {
    criterion.input.addEventListener("input", changed);
    for (const band of criterion.bands) band.addEventListener("click", () => choose(criterion, band));
    for (const step of criterion.box.querySelectorAll("[data-step]")) {
      step.addEventListener("click", () => set(criterion, Number(criterion.input.value || 0) + Number(step.dataset.step)));
    }
    criterion.box.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      // In the number field digits are digits; on a band they choose one.
      const band = event.target === criterion.input ? null : criterion.bands[Number(event.key) - 1];
      if (band) {
        event.preventDefault();
        choose(criterion, band);
      } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && event.target !== criterion.input) {
        event.preventDefault();
        set(criterion, Number(criterion.input.value || 0) + (event.key === "ArrowUp" ? 0.5 : -0.5));
      }
    });
  }
  form.elements.namedItem("comment").addEventListener("input", changed);

  form.addEventListener("keydown", async (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const next = document.querySelector("[data-next]");
      if ((await save()) && next) location.assign(next.href);
    }
  });
  form.addEventListener("submit", forget);

  // Going on waits for what is not yet saved.
  for (const link of document.querySelectorAll("[data-next], [data-previous], [data-next-button], [data-sign]")) {
    link.addEventListener("click", async (event) => {
      if (!dirty || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      await save();
      location.assign(link.href);
    });
  }

  addEventListener("online", save);
  addEventListener("pagehide", () => {
    if (dirty && !stuck && navigator.onLine) fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, keepalive: true });
  });

  // On a slow line somebody may have scored before this script arrived (catch_up.js tells us): that is newer than what was kept.
  if (!criteria.some(({ input }) => input.value !== input.defaultValue)) restore();
  show();
}
