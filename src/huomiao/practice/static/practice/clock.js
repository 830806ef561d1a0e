// The time that is left by the server's clock, and what happens when it is over.
import { say } from "./dom.js";
import { serverNow } from "./wire.js";

// Said aloud when so many seconds are left, once each.
const WARNINGS = [300, 60, 10];

export function clock(element, endsAt, { announce, over }) {
  if (!endsAt) return () => {};
  element.hidden = false;
  let warned = WARNINGS.findIndex((mark) => mark < (endsAt - serverNow()) / 1000);
  if (warned < 0) warned = WARNINGS.length;
  let timer;
  const tick = () => {
    const left = Math.max(0, Math.ceil((endsAt - serverNow()) / 1000));
    element.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    element.toggleAttribute("data-soon", left <= 60);
    if (warned < WARNINGS.length && left <= WARNINGS[warned]) {
      announce(left >= 60 ? say("minutesLeft", { count: Math.round(left / 60) }) : say("secondsLeft", { count: left }));
      warned += 1;
    }
    if (left > 0) return;
    clearInterval(timer);
    over();
  };
  timer = setInterval(tick, 500);
  tick();
  return () => clearInterval(timer);
}
