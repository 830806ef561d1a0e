// What a person may want to look at: the page was left, the network was away. Reported, never punished.
import { keep } from "./exam_store.js";
import { ask, Away } from "./exam_wire.js";

const LEAST_SECONDS = 3;
const MOST_KEPT = 50;

export function watch(record, { left }) {
  let hiddenAt = document.visibilityState === "hidden" ? Date.now() : 0;
  let offlineAt = navigator.onLine ? 0 : Date.now();
  let isOver = false;

  const report = (kind, seconds) => {
    if (isOver || record.signals.length >= MOST_KEPT) return;
    record.signals.push({ kind, seconds });
    keep(record);
    send();
  };

  async function send() {
    while (record.signals.length && record.token) {
      const [one] = record.signals;
      try {
        await ask("/p/exam/signal", { token: record.token, ...one });
      } catch (problem) {
        if (problem instanceof Away) return;
      }
      record.signals.shift();
      keep(record);
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenAt = Date.now();
      return;
    }
    const seconds = hiddenAt ? Math.round((Date.now() - hiddenAt) / 1000) : 0;
    hiddenAt = 0;
    if (seconds >= LEAST_SECONDS) {
      report("left", seconds);
      if (!isOver) left();
    }
  });
  addEventListener("offline", () => {
    offlineAt = Date.now();
  });
  addEventListener("online", () => {
    if (offlineAt) report("offline", Math.round((Date.now() - offlineAt) / 1000));
    offlineAt = 0;
    send();
  });
  document.querySelector("[data-part=stage]").addEventListener("copy", () => report("copied", 0));
  return () => {
    isOver = true;
  };
}
