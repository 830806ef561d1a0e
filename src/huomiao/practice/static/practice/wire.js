// Talking to the server: three outcomes, told apart. A network that is away is no refusal.
export class Away extends Error {}

export class Refused extends Error {
  // ``answer`` is what the server said; null when it said nothing that a script can read.
  constructor(status, answer) {
    super(answer?.detail ?? "");
    this.status = status;
    this.code = answer?.error ?? "refused";
    this.detail = answer?.detail ?? "";
    this.answer = answer;
  }
}

const PATIENCE = 15_000;
// Added to this device's clock it gives the server's.
let difference = 0;

export const serverNow = () => Date.now() + difference;

export function setServerNow(now) {
  difference = now - Date.now();
}

export async function ask(address, body, { keepalive = false, patience = PATIENCE } = {}) {
  let response;
  const asked = Date.now();
  try {
    response = await fetch(address, {
      method: body === undefined ? "GET" : "POST",
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      keepalive,
      signal: AbortSignal.timeout(patience),
    });
  } catch {
    throw new Away();
  }
  // Servers and proxies that are overloaded or being started anew: the answer is still to come.
  if (response.status >= 500 || response.status === 429) throw new Away();
  let answer;
  try {
    answer = await response.json();
  } catch {
    // A page instead of an answer: a captive portal of some Wi-Fi, or the end of a session.
    throw response.ok ? new Away() : new Refused(response.status, null);
  }
  // The answer was under way for about half of the time that we waited.
  if (answer.now) difference = answer.now - (asked + Date.now()) / 2;
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
