// Answers that wait for a network. Each carries its paper's token, so the server takes it once, however often it comes.
import { dropRun, keepReceipt, keepRun, runsOf } from "./device.js";
import { ask, Away, Refused, serverNow } from "./wire.js";

const listeners = new Set();
let sending = null;

export function onChange(listener) {
  listeners.add(listener);
}

// Hands one paper in. Gives the server's reply; throws Away (it waits on) or Refused (it never will be taken).
export async function handIn(run) {
  run.state = "waiting";
  await keepRun(run);
  try {
    const reply = await ask("/p/submit", { token: run.paper.token, answers: run.answers });
    // What came after its time was explained and not counted: there is no receipt for it.
    if (reply.counted) {
      await keepReceipt({
        id: run.id,
        person: run.person,
        title: run.title,
        receipt: reply.receipt,
        right: reply.right,
        total: reply.total,
        at: serverNow(),
      });
    }
    await dropRun(run.id);
    return reply;
  } catch (problem) {
    // Nobody is signed in, or somebody else: it is not refused, it waits for its person.
    if (problem instanceof Refused && ["signed_out", "foreign"].includes(problem.code)) throw new Away(problem.detail);
    if (problem instanceof Refused) {
      run.state = "refused";
      run.detail = problem.detail;
      await keepRun(run);
    }
    throw problem;
  }
}

// Sends all that waits of `person`; gives how many still wait.
export function flush(person) {
  sending ??= sendAll(person).finally(() => {
    sending = null;
  });
  return sending;
}

async function sendAll(person) {
  let left = 0;
  for (const run of (await runsOf(person)).filter((one) => one.state === "waiting")) {
    try {
      const reply = await handIn(run);
      for (const listener of listeners) listener(run, reply);
    } catch (problem) {
      if (problem instanceof Away) left += 1;
    }
  }
  return left;
}

// Tries again when the network comes back, when the page is looked at again, and now and then in between.
export function watch(person) {
  const again = () => {
    if (document.visibilityState === "visible") flush(person);
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  setInterval(again, 20_000);
  again();
}
