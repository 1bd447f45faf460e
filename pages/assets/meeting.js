// The meeting in the browser: keys, the clock, the presenter's second window. What is shown comes from the server; this only
// follows links within the page, counts time and shows or hides the notes. Loaded once per document.
//
// The clock lives in local storage, so that a rerun, a reload or another page of the dashboard does not stop it, and the
// presenter's window shows the same one. Storage also carries where the meeting is (written by the projector's window alone)
// and where the presenter wants it (written by the second window alone): with one writer each, the two cannot chase each other.

const PLACE = "ib-meeting";
const WISH = "ib-meeting-wish";
const EMPTY = { step: "", since: null, spent: {} };
const TYPING = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox], [role=listbox], [role=slider], "
  + "[role=spinbutton], [role=radio], [role=tab], [role=dialog]";
const NEXT = new Set(["ArrowRight", "PageDown"]); // page keys are what a presenter's remote sends
const BACK = new Set(["ArrowLeft", "PageUp"]);

let shown = ""; // the step the page shows
let wanted = ""; // the step that was asked for and is not shown yet

function meeting() {
  const node = document.querySelector(".ib-meet[data-meet]");
  if (node === null) return null;
  const told = JSON.parse(node.dataset.meet);
  return told.links ? { ...told, names: Object.keys(told.links) } : null;
}

function read(key, fallback) {
  try {
    return { ...fallback, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return { ...fallback };
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing still shows slides.
  }
}

// Give the time since the last look to the step that was shown.
function settled(place) {
  const now = Date.now();
  const spent = { ...place.spent };
  if (place.since !== null && place.step) spent[place.step] = (spent[place.step] ?? 0) + Math.max(0, now - place.since);
  return { ...place, spent, since: place.since === null ? null : now };
}

function go(told, step) {
  if (!told.names.includes(step) || step === (wanted || shown)) return;
  if (told.view === "notes") write(WISH, { step, at: Date.now() });
  wanted = step;
  follow(told.links[step]);
}

function follow(link) {
  history.pushState({}, "", link);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function move(told, by) {
  const here = told.names.indexOf(wanted || shown);
  go(told, told.names[Math.min(told.names.length - 1, Math.max(0, here + by))]);
}

const does = {
  clock() {
    const place = settled(read(PLACE, EMPTY));
    write(PLACE, { ...place, step: place.step || shown, since: place.since === null ? Date.now() : null });
    tick();
  },
  reset() {
    const place = read(PLACE, EMPTY);
    write(PLACE, { ...place, spent: {}, since: place.since === null ? null : Date.now() });
    tick();
  },
  notes() {
    document.documentElement.toggleAttribute("data-ib-notes");
  },
  full() {
    const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
    done.catch(() => {}); // a browser may refuse; the page is whole without it
  },
  print() {
    window.print();
  },
};

const KEYS = { KeyN: does.notes, KeyF: does.full, KeyT: does.clock };

document.addEventListener("keydown", (event) => {
  const told = meeting();
  if (told === null || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest?.(TYPING);
  if (typing) {
    // Enter asks and Escape gives up: both give the keys back to the slides. An Enter that ends a Hangul syllable is none.
    const leaves = event.key === "Escape" || (event.key === "Enter" && event.keyCode !== 229);
    if (leaves && event.target.closest(".st-key-meeting-ask input")) setTimeout(() => event.target.blur(), 0);
    return;
  }
  if (document.querySelector("[role=dialog]")) return;
  const to = NEXT.has(event.key) ? 1 : BACK.has(event.key) ? -1 : 0;
  if (to) move(told, to);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    document.querySelector(".stMain")?.scrollBy({ top: (event.key === "ArrowDown" ? 0.4 : -0.4) * innerHeight, behavior: "smooth" });
  } else if (event.key === "Home") go(told, told.names[0]);
  else if (event.key === "End") go(told, told.names.at(-1));
  else if (KEYS[event.code] && !event.shiftKey && !event.repeat) KEYS[event.code](); // by place: with Hangul on, N is ㅜ
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-does]");
  if (button && does[button.dataset.does]) {
    does[button.dataset.does]();
    button.blur();
    return;
  }
  const told = meeting();
  if (told === null) return;
  const goes = event.target.closest?.("[data-goes]");
  if (goes) {
    go(told, goes.dataset.goes);
    return;
  }
  const link = event.target.closest?.(".st-key-meeting-room nav a[href^='?']");
  if (!link || link.target !== "_self" || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  wanted = "";
  follow(link.getAttribute("href"));
});

window.addEventListener("storage", (event) => {
  const told = meeting();
  if (told === null) return;
  if (event.key === WISH && told.view === "") go(told, read(WISH, { step: "" }).step);
  if (event.key === PLACE && told.view === "notes") {
    const { step } = read(PLACE, EMPTY);
    if (step && step !== shown && told.names.includes(step)) {
      wanted = step;
      follow(told.links[step]);
    }
  }
});

function look() {
  const told = meeting();
  if (told === null) {
    shown = "";
    return;
  }
  if (told.step !== shown) {
    shown = told.step;
    if (wanted === shown) wanted = "";
    const place = read(PLACE, EMPTY);
    if (told.view === "" && place.step !== shown && wanted === "") write(PLACE, { ...settled(place), step: shown });
  }
  tick();
}

function minutes(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  const told = meeting();
  if (told === null) return;
  const place = read(PLACE, EMPTY);
  const { spent } = settled(place);
  const own = spent[shown] ?? 0;
  const whole = Object.values(spent).reduce((sum, each) => sum + each, 0);
  const planned = Object.values(told.minutes).reduce((sum, each) => sum + each, 0);
  for (const node of document.querySelectorAll(".ib-meet-clock")) {
    say(node.querySelector("[data-clock=step]"), `이 순서 ${minutes(own)} / ${told.minutes[shown] ?? 0}분`, own > 60000 * (told.minutes[shown] ?? 0));
    say(node.querySelector("[data-clock=whole]"), `전체 ${minutes(whole)} / ${planned}분`, whole > 60000 * planned);
    node.toggleAttribute("data-stands", place.since === null);
  }
}

function say(node, words, late) {
  if (node === null) return;
  if (node.dataset.said !== words) node.dataset.said = words;
  node.toggleAttribute("data-late", late);
}

new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-meet"] });
setInterval(tick, 500);
look();
