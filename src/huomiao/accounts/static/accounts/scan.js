// Asks whether the phone has answered, and shows a new code when the old one has run out.
const box = document.querySelector("[data-scan]");
const PAUSE = 700;
const MOST_RENEWALS = 5;
// How long the page asks nothing after somebody went for another way in.
const REST = 20000;

if (box) {
  const status = box.querySelector("[data-scan-status]");
  const renewButton = box.querySelector("[data-scan-renew]");
  const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
  let renewals = 0;
  let timer = 0;
  let restsUntil = 0;
  let asking = new AbortController();

  box.querySelector("[data-scan-claim]").hidden = true;

  const say = (state) => {
    box.dataset.state = state;
    status.textContent = status.dataset[state] ?? "";
  };

  const post = async (address) => {
    const response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      signal: asking.signal,
    });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };

  const offerRenewal = (state) => {
    say(state);
    renewButton.hidden = false;
  };

  const renew = async () => {
    renewButton.hidden = true;
    try {
      const shown = await post(box.dataset.renew);
      box.querySelector("[data-scan-code]").innerHTML = shown.svg;
      box.querySelector("[data-scan-word]").textContent = shown.word;
      say("shown");
      timer = setTimeout(poll, PAUSE);
    } catch {
      offerRenewal("expired");
    }
  };

  const poll = async () => {
    // A phone's width hides the box; a page in the background need not ask.
    if (document.hidden || box.offsetParent === null || Date.now() < restsUntil) {
      timer = setTimeout(poll, PAUSE);
      return;
    }
    try {
      const { state, next } = await post(box.dataset.poll);
      if (state === "used" && next) {
        say("used");
        location.assign(next);
        return;
      }
      if (state === "refused" || state === "used") {
        offerRenewal("refused");
        return;
      }
      if (state === "expired") {
        renewals += 1;
        if (renewals <= MOST_RENEWALS) await renew();
        else offerRenewal("expired");
        return;
      }
      say(state === "confirmed" ? "used" : state);
      timer = setTimeout(poll, PAUSE);
    } catch {
      if (Date.now() >= restsUntil) say("failed");
      timer = setTimeout(poll, PAUSE * 5);
    }
  };

  // A question on its way while the person signs in by password belongs to the session that ends thereby: its answer
  // would take the new session's cookie away.
  const rest = () => {
    restsUntil = Date.now() + REST;
    asking.abort();
    asking = new AbortController();
  };
  document.addEventListener("submit", rest);
  document.querySelector("#passkey_login")?.addEventListener("click", rest);

  renewButton.addEventListener("click", () => {
    restsUntil = 0;
    clearTimeout(timer);
    renewals = 0;
    renew();
  });
  timer = setTimeout(poll, PAUSE);
}
