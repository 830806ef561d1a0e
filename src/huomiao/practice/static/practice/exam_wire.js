// Talking to the server in an exam. Every reply brings the server's clock; this device's own is never believed.
export class Away extends Error {}

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.detail ?? "");
    this.status = status;
    this.code = answer.error ?? "refused";
    this.answer = answer;
  }
}

const PATIENCE = 12_000;
let difference = 0;

export const serverNow = () => Date.now() + difference;

export function setServerNow(now) {
  difference = now - Date.now();
}

export async function ask(address, body, { keepalive = false } = {}) {
  const asked = Date.now();
  let response;
  try {
    response = await fetch(address, {
      method: body === undefined ? "GET" : "POST",
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      keepalive,
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new Away();
  }
  if (response.status >= 500 || response.status === 429) throw new Away();
  let answer;
  try {
    answer = await response.json();
  } catch {
    // A page instead of an answer: a captive portal, or a proxy that is being started anew.
    throw new Away();
  }
  if (answer.now) difference = answer.now - (asked + Date.now()) / 2;
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
