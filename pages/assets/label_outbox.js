// What was judged and is not yet acknowledged. Each event is a key of its own in localStorage, written before anything else
// happens: it survives a closed tab, a lost network and a restarted server, and two tabs cannot overwrite each other. The
// server knows events by their uuid, so sending one twice stores it once.

const PREFIX = "itembank-label:";
const TOKENS = "itembank-token:";
const AT_ONCE = 50;
const SLOWEST_MS = 8000;
const PATIENCE_MS = 15000;
const OUTLIVING = 20000; // characters; a browser refuses outright to keep more than 64 KiB alive

export class Outbox {
  constructor(scope, changed, refused) {
    this.scope = encodeURIComponent(scope); // a colon in a name must not look like the end of another's
    this.prefix = `${PREFIX}${this.scope}:`;
    this.changed = changed;
    this.refused = refused;
    this.signed = "";
    this.memory = new Map();
    this.last = 0;
    this.sending = false;
    this.failures = 0;
    this.reason = "";
    this.timer = 0;
    this.kept = true;
  }

  get token() {
    return this.signed;
  }

  // Kept too: what waits here must find its way after the round is closed and no page of it is opened any more.
  set token(signed) {
    this.signed = signed;
    try {
      localStorage.setItem(`${TOKENS}${this.scope}`, signed);
    } catch {
      this.kept = false;
    }
  }

  add(event) {
    this.last = Math.max(this.last + 1, Date.now() * 1000);
    const key = `${this.prefix}${String(this.last).padStart(20, "0")}-${event.uuid}`;
    try {
      localStorage.setItem(key, JSON.stringify(event));
    } catch {
      this.kept = false; // storage is full or forbidden: kept by this tab alone, and said so
      this.memory.set(key, event);
    }
    this.changed();
    this.send();
  }

  // Everything unsent in the order it was made.
  waiting() {
    const found = [...this.memory];
    for (const key of keys(this.prefix)) {
      try {
        found.push([key, JSON.parse(localStorage.getItem(key))]);
      } catch {
        localStorage.removeItem(key);
      }
    }
    return found.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  get count() {
    return this.memory.size + keys(this.prefix).length;
  }

  get state() {
    if (!this.count) return "saved";
    return this.reason ? "refused" : this.failures ? "offline" : "saving";
  }

  async send() {
    if (this.sending || !this.token) return;
    clearTimeout(this.timer);
    this.sending = true;
    try {
      for (let batch = this.waiting().slice(0, AT_ONCE); batch.length; batch = this.waiting().slice(0, AT_ONCE)) {
        if (!(await this.post(batch))) break;
      }
    } finally {
      this.sending = false;
      this.changed();
      if (this.count) {
        const wait = this.reason ? SLOWEST_MS : Math.min(SLOWEST_MS, 250 * 2 ** Math.min(this.failures, 6));
        this.timer = setTimeout(() => this.send(), wait);
      }
    }
  }

  async post(batch) {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE_MS);
    const body = JSON.stringify({ token: this.token, events: batch.map(([, event]) => event) });
    try {
      const answer = await fetch("/labels/events", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
        signal: stop.signal,
        keepalive: body.length < OUTLIVING, // a closing tab still sends it
        redirect: "error",
      });
      const told = await answer.json();
      if (answer.status !== 200) {
        this.failures += 1;
        this.reason = answer.status < 500 ? told.reason ?? "저장할 수 없습니다." : "";
        return false;
      }
      this.failures = 0;
      this.reason = "";
      const why = new Map(told.refused.map((each) => [each.uuid, each.reason]));
      const settled = new Set([...told.stored, ...why.keys()]);
      let some = false;
      for (const [key, event] of batch) {
        if (!settled.has(event.uuid)) continue;
        some = true;
        this.memory.delete(key);
        localStorage.removeItem(key);
        if (why.has(event.uuid)) this.refused(event, why.get(event.uuid));
      }
      this.changed();
      return some;
    } catch {
      this.failures += 1;
      this.reason = "";
      return false;
    } finally {
      clearTimeout(patience);
    }
  }
}

// Sends what other rounds left in this browser; what is another rater's the server refuses, and it goes on waiting.
const leftovers = new Map();
export function sendLeftovers(current, refused) {
  for (const key of keys(TOKENS)) {
    const scope = decodeURIComponent(key.slice(TOKENS.length));
    if (scope === current) continue;
    const outbox = leftovers.get(scope) ?? new Outbox(scope, () => {}, refused);
    if (!outbox.count) continue;
    leftovers.set(scope, outbox);
    outbox.token = localStorage.getItem(key);
    outbox.send();
  }
}

function keys(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return []; // the browser forbids storage: memory is all there is, and the desk says so
  }
}
