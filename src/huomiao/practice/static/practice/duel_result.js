// One's own part is done: look now and then whether the other has handed in, and show the result when it stands.
const waiting = document.querySelector("[data-duel-wait]");

async function look() {
  const answer = await fetch(waiting.dataset.duelWait, { headers: { Accept: "application/json" } }).catch(() => null);
  const duel = answer?.ok ? await answer.json() : null;
  if (duel?.state === "over" || duel?.is_rival_done) location.reload();
  else setTimeout(look, 3000);
}

if (waiting) setTimeout(look, 3000);
