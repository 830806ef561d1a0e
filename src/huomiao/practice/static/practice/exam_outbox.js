// Answers on their way: numbered as they are given, kept on the device until the server has confirmed them, sent again
// as often as it takes. The server keeps each number once.
import { keep } from "./exam_store.js";
import { ask, Away, Refused } from "./exam_wire.js";

const AT_ONCE = 50;
const FIRST_PAUSE = 1500;
const LONGEST_PAUSE = 15_000;

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

export class Outbox {
  // `told(event, details)` hears: "change", "replied" (a reply of the server), "refusedOne", "stopped" (a refusal of all).
  constructor(record, told) {
    this.record = record;
    this.told = told;
    this.sending = null;
    this.pause = FIRST_PAUSE;
    this.isAway = false;
    this.isOver = false;
    this.timer = 0;
    // The last number that this device has written down: a tab that is killed now keeps what goes up to it.
    this.writtenTo = record.count;
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.send();
      else this.sendLeaving();
    });
  }

  get unsent() {
    return new Set(this.record.queue.map((one) => one.position)).size;
  }

  // Whether all that waits would outlive this tab.
  get isWritten() {
    return this.record.queue.every((one) => one.count <= this.writtenTo);
  }

  has(position) {
    return this.record.queue.some((one) => one.position === position);
  }

  // Takes over what the server holds, and asks for what only this device has to be sent under the new token.
  begin(token, isNewDevice, held) {
    const { record } = this;
    record.token = token;
    this.isOver = false;
    if (isNewDevice) {
      record.count = 0;
      this.writtenTo = 0;
      // Somebody who answered on another device since means that; what this one never got through counts else.
      const late = record.queue.filter((one) => same(held[one.position], record.confirmed[one.position]));
      record.queue = [];
      for (const one of late) this.put(one.position, one.answer);
    }
    record.confirmed = { ...held };
    keep(record);
    this.send();
  }

  put(position, answer) {
    const { record } = this;
    record.count += 1;
    // What has not gone out yet is replaced; what is under way stays, since the server may have it.
    record.queue = record.queue.filter((one) => one.position !== position || one.isUnderWay);
    record.queue.push({ position, answer, count: record.count });
    this.writeDown(record.count);
    this.told("change");
    this.send();
  }

  async writeDown(count) {
    await keep(this.record);
    this.writtenTo = Math.max(this.writtenTo, count);
    this.told("change");
  }

  waiting() {
    return this.record.queue.map(({ position, answer, count }) => ({ position, answer, count }));
  }

  // Sends until nothing is left or the network is away; one at a time.
  send() {
    clearTimeout(this.timer);
    this.sending ??= this.sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  async sendAll() {
    while (this.record.token && this.record.queue.length && !this.isOver) {
      const batch = this.record.queue.slice(0, AT_ONCE);
      for (const one of batch) one.isUnderWay = true;
      try {
        const answers = batch.map(({ position, answer, count }) => ({ position, answer, count }));
        this.settle(await ask("/p/exam/save", { token: this.record.token, answers }), batch);
      } catch (problem) {
        for (const one of batch) one.isUnderWay = false;
        if (problem instanceof Refused) {
          this.told("stopped", problem);
          if (problem.code !== "signed_out") return;
        } else if (!(problem instanceof Away)) throw problem;
        this.later();
        return;
      }
    }
  }

  settle(reply, batch) {
    const { record } = this;
    const saved = new Set(reply.saved);
    const refused = new Map((reply.refused ?? []).map((one) => [one.count, one]));
    const isTaken = (one) => refused.get(one.count)?.error === "seq_used";
    for (const one of batch) {
      if (saved.has(one.count)) record.confirmed[one.position] = one.answer;
      else if (refused.has(one.count) && !isTaken(one)) this.told("refusedOne", { ...one, ...refused.get(one.count) });
    }
    record.queue = record.queue.filter((one) => !saved.has(one.count) && !refused.has(one.count));
    // A number that another window used: the answer goes out again under one of its own.
    for (const one of batch.filter(isTaken)) if (!this.has(one.position)) this.put(one.position, one.answer);
    const wasAway = this.isAway;
    this.isAway = false;
    this.pause = FIRST_PAUSE;
    keep(record);
    this.told("replied", { ...reply, wasAway });
    this.told("change");
  }

  later() {
    this.isAway = true;
    this.told("change");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), this.pause);
    this.pause = Math.min(this.pause * 1.7, LONGEST_PAUSE);
  }

  // The page goes away: one last try that the browser carries on without it.
  sendLeaving() {
    if (!this.record.token || !this.record.queue.length || this.isOver) return;
    ask("/p/exam/save", { token: this.record.token, answers: this.waiting().slice(0, AT_ONCE) }, { keepalive: true }).catch(
      () => {},
    );
  }
}
