// Sends the files of a form[data-upload] one by one, with progress and an error of its own for each.
//
// The server answers {id, name, kind, size, preview} or {error, detail} to Accept: application/json. When all that was
// chosen has arrived, the event "upload:done" is fired on the form with the answers; unless somebody prevents its
// default, the page is loaded again to show them.

for (const form of document.querySelectorAll("form[data-upload]")) {
  enhance(form);
}

function enhance(form) {
  const input = form.querySelector("input[type=file]");
  const place = form.querySelector("[data-upload-place]");
  form.querySelector("[data-upload-submit]").hidden = true;
  form.removeAttribute("data-once");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(form, input);
  });
  input.addEventListener("change", () => start(form, input));
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.dataset.state = "over";
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    place.addEventListener(kind, () => delete place.dataset.state);
  }
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    send(form, input.multiple ? files : files.slice(0, 1));
  });
  // On a slow line somebody has chosen before this script arrived: nothing will fire again for that.
  if (input.files.length) start(form, input);
}

function start(form, input) {
  const files = [...input.files];
  input.value = "";
  send(form, files);
}

async function send(form, files) {
  const rows = files.map((file) => ({ file, row: addRow(form, file) }));
  const answers = [];
  for (const { file, row } of rows) {
    const answer = await sendOne(form, file, row);
    if (answer) answers.push(answer);
  }
  if (answers.length) finish(form, answers, answers.length === files.length);
}

function finish(form, answers, isComplete) {
  const event = new CustomEvent("upload:done", { bubbles: true, cancelable: true, detail: { files: answers, isComplete } });
  const isOurs = form.dispatchEvent(event);
  // With an error on the page the reader must see it first.
  if (isOurs && isComplete) window.location.reload();
}

function addRow(form, file) {
  const row = document.createElement("li");
  row.className = "upload-row";
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const state = document.createElement("span");
  state.className = "muted small";
  state.textContent = form.dataset.textWaiting;
  row.append(name, bar, state);
  form.querySelector("[data-upload-list]").append(row);
  return row;
}

function sendOne(form, file, row) {
  const bar = row.querySelector("progress");
  const state = row.querySelector(".small");
  row.dataset.state = "sending";
  state.textContent = form.dataset.textSending;
  const data = new FormData(form);
  data.delete("file");
  data.append("file", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      bar.value = event.lengthComputable ? (event.loaded / event.total) * 100 : 0;
      if (event.loaded === event.total) state.textContent = form.dataset.textChecking;
    });
    request.addEventListener("loadend", () => {
      const answer = read(request);
      const isKept = request.status >= 200 && request.status < 300 && answer;
      bar.hidden = true;
      row.dataset.state = isKept ? "done" : "failed";
      state.textContent = isKept ? form.dataset.textDone : (answer && answer.detail) || form.dataset.textFailed;
      if (!isKept) offerRetry(form, file, row);
      resolve(isKept ? answer : null);
    });
    request.send(data);
  });
}

function read(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

function offerRetry(form, file, row) {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button button-quiet button-small";
  again.textContent = form.dataset.textRetry;
  again.addEventListener("click", () => {
    row.remove();
    send(form, [file]);
  });
  row.append(again);
}
