// form[data-autosave] saves as one types. What could not be saved stays in this browser under the draft's own key, so
// that neither a lost network nor a session that ended loses a word; a second window is told apart by the version.
const PAUSE = 1200;
const RETRY = 15000;
// Not kept in the browser: a shared computer must not remember phone numbers.
const PRIVATE = /(phone|csrfmiddlewaretoken|version|act)$/;

for (const form of document.querySelectorAll("form[data-autosave]")) attach(form);

function attach(form) {
  const key = `huomiao:draft:${form.dataset.draft}`;
  const state = form.querySelector("[data-save-state]");
  const notice = form.querySelector("[data-notice]");
  let timer = 0;
  let isDirty = false;
  let isSending = false;
  let isStopped = false;
  // Then the bar keeps the way to sign-in, which a change of its words would take from under the pointer.
  let isSignedOut = false;

  offerStashed();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isStopped = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isDirty) save({ keepalive: true });
    if (!document.hidden && isDirty) save();
  });
  window.addEventListener("online", () => isDirty && save());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isStopped = false;
  });

  function changed() {
    isDirty = true;
    stash();
    if (isSignedOut) return;
    say(form.dataset.textTyping);
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }

  async function save(options = {}) {
    if (isSending || isStopped) return;
    clearTimeout(timer);
    isSending = true;
    isDirty = false;
    if (!options.keepalive && !isSignedOut) say(form.dataset.textSaving);
    form.elements.csrfmiddlewaretoken.value = token() || form.elements.csrfmiddlewaretoken.value;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        keepalive: Boolean(options.keepalive),
      });
      await answered(response);
    } catch {
      failed(form.dataset.textOffline);
    } finally {
      isSending = false;
      // Typed while it was on its way.
      if (isDirty && !timer) timer = setTimeout(save, PAUSE);
    }
  }

  async function answered(response) {
    const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
    const answer = isJson ? await response.json() : {};
    clearProblems();
    if (response.status === 401) {
      signedOut(answer.sign_in);
      return;
    }
    isSignedOut = false;
    if (response.ok && isJson) {
      form.elements.version.value = answer.version;
      for (const [name, value] of Object.entries(answer.ids || {})) {
        if (form.elements[name]) form.elements[name].value = value;
      }
      if (!isDirty) localStorage.removeItem(key);
      notice.replaceChildren();
      say(`${form.dataset.textSaved} ${answer.saved_at}`);
    } else if (response.status === 422 && answer.fields) {
      form.elements.version.value = answer.version;
      for (const [name, errors] of Object.entries(answer.fields)) showProblem(name, errors);
      failed(form.dataset.textInvalid, { retries: false });
    } else if (response.status === 409 && answer.error === "conflict") {
      isStopped = true;
      say(answer.detail, true);
      showConflict(answer);
    } else {
      // Handed in meanwhile, somebody else signed in here, or the server is in trouble: say so, keep everything.
      failed(answer.detail || form.dataset.textRefused, { retries: response.status >= 500 || response.status === 403 });
    }
  }

  function signedOut(address) {
    stash();
    isDirty = true;
    timer = setTimeout(save, RETRY);
    if (isSignedOut) return;
    isSignedOut = true;
    say(form.dataset.textSignedOut, true);
    // In the bar, which is in sight wherever the person is typing.
    state?.append(" ", link(address, form.dataset.textSignIn));
  }

  function failed(text, { retries = true } = {}) {
    isSignedOut = false;
    say(text, true);
    stash();
    if (!retries) return;
    isDirty = true;
    timer = setTimeout(save, RETRY);
  }

  function say(text, isBad = false) {
    if (!state) return;
    state.textContent = text;
    state.dataset.state = isBad ? "bad" : "";
  }

  function showConflict(answer) {
    const rows = document.createElement("dl");
    rows.className = "declare-differences";
    for (const row of answer.fields) {
      const name = document.createElement("dt");
      name.textContent = row.label;
      rows.append(name, told(form.dataset.textConflictTheirs, row.saved), told(form.dataset.textConflictOurs, row.mine));
    }
    const mine = button(form.dataset.textConflictMine, "button", () => {
      form.elements.version.value = answer.version;
      isStopped = false;
      notice.replaceChildren();
      save();
    });
    const theirs = button(form.dataset.textConflictSaved, "button button-quiet", () => {
      localStorage.removeItem(key);
      location.reload();
    });
    const box = message("bad", answer.detail, rows, mine, theirs);
    notice.replaceChildren(box);
    box.scrollIntoView({ block: "center" });
  }

  function offerStashed() {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    if (!kept) return;
    const differing = Object.entries(kept).filter(([name, value]) => {
      const control = form.elements[name];
      return control && plain(read(control)) !== plain(value);
    });
    if (!differing.length) {
      localStorage.removeItem(key);
      return;
    }
    const words = document.createElement("p");
    words.className = "declare-text small";
    words.textContent = differing.map(([, value]) => String(value).slice(0, 60)).join("\n");
    const restore = button(form.dataset.textRestore, "button", () => {
      for (const [name, value] of differing) write(form.elements[name], value);
      notice.replaceChildren();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const drop = button(form.dataset.textDrop, "button button-quiet", () => {
      localStorage.removeItem(key);
      notice.replaceChildren();
    });
    notice.replaceChildren(message("info", form.dataset.textFound, words, restore, drop));
  }

  function stash() {
    const kept = {};
    for (const control of form.elements) {
      if (control.name && !PRIVATE.test(control.name) && control.type !== "hidden") kept[control.name] = read(form.elements[control.name]);
    }
    try {
      localStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // A full or forbidden storage: the page itself still holds the text.
    }
  }

  function showProblem(name, errors) {
    const control = form.elements[name];
    const field = (control instanceof Element ? control : control?.[0])?.closest(".field");
    if (!field) return;
    const list = document.createElement("ul");
    list.className = "field-errors";
    list.dataset.live = "yes";
    for (const error of errors) {
      const item = document.createElement("li");
      item.textContent = error;
      list.append(item);
    }
    field.classList.add("field-bad");
    field.append(list);
  }

  function clearProblems() {
    for (const list of form.querySelectorAll("[data-live]")) {
      list.closest(".field")?.classList.remove("field-bad");
      list.remove();
    }
  }
}

// The cookie's token is the one in force, also after signing in again elsewhere; the page's own may be older.
function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || "";
}

function plain(value) {
  return String(value).replaceAll("\r\n", "\n").trim();
}

function read(control) {
  if (control instanceof RadioNodeList) return control.value;
  return control.type === "checkbox" ? (control.checked ? "on" : "") : control.value;
}

function write(control, value) {
  if (control.type === "checkbox") control.checked = value === "on";
  else control.value = value;
}

function told(label, text) {
  const line = document.createElement("dd");
  line.textContent = `${label}\n${text || "—"}`;
  return line;
}

function button(label, look, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = look;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function link(address, label) {
  const made = document.createElement("a");
  made.href = address || "/";
  made.target = "_blank";
  made.rel = "noopener";
  made.textContent = label;
  return made;
}

function message(tone, text, ...parts) {
  const box = document.createElement("div");
  box.className = `message message-${tone}`;
  box.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "stack stack-tight";
  const words = document.createElement("p");
  words.textContent = text;
  body.append(words, ...parts);
  box.append(body);
  return box;
}
