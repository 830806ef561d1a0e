// Talking to the server in an exam: it is asked again sooner, and only what it says itself is a refusal.
import { ask as askServer, Away, Refused } from "./wire.js";

export { Away, Refused, serverNow, setServerNow } from "./wire.js";

const PATIENCE = 12_000;

export async function ask(address, body, { keepalive = false } = {}) {
  try {
    return await askServer(address, body, { keepalive, patience: PATIENCE });
  } catch (problem) {
    // A page instead of an answer: a captive portal, or a proxy that is being started anew.
    if (problem instanceof Refused && problem.answer === null) throw new Away();
    throw problem;
  }
}
