// The rater's desk: shows one of the pairs that Streamlit drew, takes keys, remembers answers. A key acts at once in the
// browser; what it said is in the outbox before the next pair is shown.

import { Desk } from "./label_desk.js";
import { Outbox, sendLeftovers } from "./label_outbox.js";

const MORE_BELOW = 25; // open pairs left when the next ones are asked for
const LOOK_AHEAD = 6; // pairs whose figures are fetched before they are shown
const PAUSE_AFTER = 50;

const client = Math.random().toString(36).slice(2, 12);
let queue = null;

class Queue {
  constructor(told) {
    this.scope = told.scope;
    this.grades = told.grades;
    this.pairs = new Map();
    this.order = [];
    this.past = [];
    this.current = null;
    this.said = 0; // answers given on this page
    this.sinceBreak = told.sinceBreak;
    this.started = performance.now();
    this.asked = "";
    this.notice = "";
    this.refusals = [];
    this.offset = -Infinity;
    this.stamped = 0;
    this.desk = new Desk(this);
    this.outbox = new Outbox(told.scope, () => this.desk.saved(), (event, why) => queue.refused(event, why));
    this.take(told);
    for (const [, event] of this.outbox.waiting()) {
      if (this.pairs.get(event.ref)?.state === "open" && event.kind !== "withdraw") this.said += 1;
      this.apply(event);
    }
    this.show(this.next(null) ?? null);
    this.outbox.send();
  }

  // Makes place for another round's: Streamlit may leave this one's pair on the page for a while.
  leave() {
    for (const node of this.visible ?? []) node.style.display = "none";
    this.desk.leave();
  }

  // A new list from the server; what was said here since it was made stays.
  take(told) {
    this.outbox.token = told.token;
    // The server's time is late by the way here: the largest difference is the nearest to the truth.
    this.offset = Math.max(this.offset, told.now - Date.now());
    this.done = told.done - this.said;
    this.total = told.total;
    this.perHour = told.perHour;
    this.order = told.pairs.map((pair) => pair.ref);
    for (const pair of told.pairs) {
      const known = this.pairs.get(pair.ref);
      this.pairs.set(pair.ref, known?.own ? { ...known, group: pair.group } : { ...pair, note: pair.note || draft(this.scope, pair.ref), own: false });
    }
    if (this.current !== null && !this.order.includes(this.current)) this.show(this.next(null));
    else if (this.current === null || this.pairs.get(this.current)?.state !== "open") this.show(this.current ?? this.next(null));
  }

  get open() {
    return this.order.filter((ref) => this.pairs.get(ref).state === "open");
  }

  // The next open pair after one, and from the beginning again where skipped ones wait.
  next(after) {
    const start = after === null ? 0 : this.order.indexOf(after) + 1;
    const turned = [...this.order.slice(start), ...this.order.slice(0, start)];
    return turned.find((ref) => ref !== after && this.pairs.get(ref).state === "open") ?? null;
  }

  show(ref) {
    this.current = ref;
    this.since = performance.now();
    this.reveal();
    this.desk.draw();
    this.fetchAhead();
    this.askForMore();
  }

  // Shows the pair by its own style: a rule would make the browser look at every formula of every hidden pair. Streamlit
  // may draw the pairs anew, so this is done after each change of the page too.
  reveal() {
    const pair = this.pairs.get(this.current);
    const wanted = pair
      ? [one(".ib-group", "group", pair.group), one(".ib-pair", "ref", this.current)].filter((node) => node !== null) : [];
    for (const node of this.visible ?? []) if (!wanted.includes(node)) node.style.display = "none";
    for (const node of wanted) if (node.style.display !== "grid") node.style.display = "grid";
    this.visible = wanted;
  }

  fetchAhead() {
    const from = this.order.indexOf(this.current);
    for (const ref of this.order.slice(from + 1, from + 1 + LOOK_AHEAD)) {
      for (const image of document.querySelectorAll(`.ib-pair[data-ref="${CSS.escape(ref)}"] img[loading="lazy"]`)) {
        image.loading = "eager";
      }
    }
  }

  // Asks once for each state of the queue, or an empty pool would be asked for ever.
  askForMore() {
    const open = this.open.length;
    const state = `${this.order.at(-1)} ${this.said} ${open === 0 ? this.outbox.count : ""}`;
    const due = open < MORE_BELOW && (open === 0 ? this.outbox.count === 0 : this.said % 5 === 0);
    if (!due || state === this.asked) return;
    this.asked = state;
    document.querySelector(".st-key-label-more button")?.click();
  }

  // When something is said, by the server's clock; never before what was said earlier, or the earlier would win.
  stamp() {
    this.stamped = Math.max(Math.round(Date.now() + this.offset), this.stamped + 1);
    return this.stamped;
  }

  say(kind, fields = {}) {
    const ref = this.current;
    // Nobody has seen a pair that is not drawn yet.
    if (ref === null || !document.querySelector(`.ib-pair[data-ref="${CSS.escape(ref)}"]`)) return;
    const before = this.pairs.get(ref);
    const event = {
      uuid: uuid(), ref, kind, client, at: this.stamp(), note: before.note ?? "",
      ms: Math.round(performance.now() - this.since), ...fields,
    };
    this.outbox.add(event);
    draft(this.scope, ref, "");
    this.past.push({ ref, before });
    if (before.state === "open") {
      this.said += 1;
      this.sinceBreak += 1;
    }
    this.apply(event);
    this.notice = this.sinceBreak > 0 && this.sinceBreak % PAUSE_AFTER === 0
      ? `${PAUSE_AFTER}쌍을 이어서 판정했습니다. 잠깐 쉬어 가세요. 판정은 그대로 있습니다.` : "";
    this.show(this.next(ref) ?? (this.open.length ? this.open[0] : ref));
    if (!this.open.length) this.show(null);
  }

  apply(event) {
    const pair = this.pairs.get(event.ref);
    if (!pair) return;
    const state = { grade: "graded", unrateable: "unrateable", withdraw: "open", flag: "flagged" }[event.kind];
    this.pairs.set(event.ref, { ...pair, state, grade: event.grade ?? null, note: event.note ?? "", own: true });
  }

  refused(event, why) {
    const pair = this.pairs.get(event.ref);
    if (pair) this.pairs.set(event.ref, { ...pair, state: "open", grade: null, own: true });
    this.refusals.push(why);
    this.desk.draw();
  }

  // Takes the last answer back: what the pair had before is said again, or the answer is withdrawn.
  undo() {
    const last = this.past.pop();
    if (!last || !this.order.includes(last.ref)) return;
    const now = this.pairs.get(last.ref);
    if (now.state === "flagged") {
      this.notice = "신고는 되돌릴 수 없습니다. 라벨링을 맡은 사람에게 풀어 달라고 하세요.";
      this.desk.draw();
      return;
    }
    const kind = { graded: "grade", unrateable: "unrateable" }[last.before.state] ?? "withdraw";
    const event = {
      uuid: uuid(), ref: last.ref, kind, client, at: this.stamp(), note: last.before.note ?? "", ms: null,
      ...(kind === "grade" ? { grade: last.before.grade } : {}),
    };
    this.outbox.add(event);
    this.apply(event);
    if (kind === "withdraw") this.said -= 1;
    this.show(last.ref);
  }

  back() {
    const place = this.current === null ? this.order.length : this.order.indexOf(this.current);
    for (let before = place - 1; before >= 0; before -= 1) {
      if (this.pairs.get(this.order[before]).state !== "flagged") return this.show(this.order[before]);
    }
    return undefined;
  }

  skip() {
    const after = this.next(this.current);
    if (after !== null) this.show(after);
  }

  note(words) {
    const pair = this.pairs.get(this.current);
    if (pair.state === "open") draft(this.scope, this.current, words);
    this.pairs.set(this.current, { ...pair, note: words, own: true });
    if (pair.state === "graded") this.again("grade", { grade: pair.grade, note: words });
    else if (pair.state === "unrateable") this.again("unrateable", { note: words });
    this.desk.draw();
  }

  // Says the same again with another note, without moving on.
  again(kind, fields) {
    const ref = this.current;
    this.outbox.add({ uuid: uuid(), ref, kind, client, at: this.stamp(), ms: null, ...fields });
  }
}

// A note on a pair without a grade waits in the browser for the grade it goes with; read where no words are given.
function draft(scope, ref, words) {
  const key = `itembank-label-note:${scope}:${ref}`;
  try {
    if (words) localStorage.setItem(key, words);
    else if (words === "") localStorage.removeItem(key);
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function one(kind, name, value) {
  return document.querySelector(`${kind}[data-${name}="${CSS.escape(value)}"]`);
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Over plain HTTP from another computer there is no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

// Keys by their place on the keyboard: with a Korean input method on, the letter of a key is another one, or none.
const KEYS = {
  ArrowLeft: () => queue.back(),
  ArrowRight: () => queue.skip(),
  KeyZ: () => queue.undo(),
  KeyN: () => queue.desk.openNote(),
  KeyU: () => queue.say("unrateable"),
  KeyF: () => queue.desk.openFlag(),
  KeyS: () => queue.desk.turnSolution(),
};
for (const grade of [0, 1, 2, 3]) {
  KEYS[`Digit${grade}`] = () => queue.say("grade", { grade });
  KEYS[`Numpad${grade}`] = KEYS[`Digit${grade}`];
}

document.addEventListener("keydown", (event) => {
  if (queue === null || !document.querySelector(".ib-queue")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [role=dialog], [role=listbox], [role=combobox]")) return;
  if (queue.desk.key(event)) return;
  const act = KEYS[event.code];
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!event.repeat) act();
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".ib-group .ib-figure a");
  if (!link || queue === null) return;
  event.preventDefault();
  queue.desk.zoom(link.querySelector("img"));
});

function sendAll() {
  queue?.outbox.send();
  sendLeftovers(queue?.scope, (event, why) => queue?.refused(event, why));
}
for (const kind of ["online", "focus"]) window.addEventListener(kind, sendAll);
window.addEventListener("pagehide", () => queue?.outbox.send());
window.addEventListener("storage", () => queue?.desk.saved());
window.addEventListener("beforeunload", (event) => {
  if (queue && !queue.outbox.kept && queue.outbox.count) event.preventDefault();
});

let seen = "";
function look() {
  const told = document.querySelector(".ib-queue")?.dataset.queue ?? "";
  if (told === "") {
    seen = "";
    return;
  }
  if (told !== seen) {
    seen = told;
    const parsed = JSON.parse(told);
    if (queue?.scope === parsed.scope) queue.take(parsed);
    else {
      queue?.leave();
      queue = new Queue(parsed);
      document.activeElement?.closest?.("[role=combobox]")?.blur(); // a round was just chosen there: keys are grades again
      sendAll();
    }
  }
  queue.desk.place();
  queue.reveal();
}
new MutationObserver(look).observe(document.body, {
  childList: true, subtree: true, attributes: true, attributeFilter: ["data-queue"],
});
look();
sendAll();
