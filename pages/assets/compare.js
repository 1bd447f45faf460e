// The comparison in the browser: the item under the pointer (or pinned by a click, Esc lets go) lights up in every column,
// and each column's head says at which rank it stands there. Links within the page go through the browser's history, which
// Streamlit follows without loading the page anew; without this script they are plain links. Loaded once per document.

const rules = document.head.appendChild(document.createElement("style"));
let lit = null;
let pinned = null;

function light(item) {
  lit = item;
  const grid = document.querySelector(".ib-grid");
  if (item === null || grid === null) {
    rules.textContent = "";
    return;
  }
  const name = CSS.escape(item);
  const text = [
    `.ib-grid .ib-cell[data-item="${name}"] { box-shadow: 0 0 0 2px var(--ib-accent); background: var(--ib-lit); }`,
    `.ib-grid .ib-cell[data-item="${name}"] .ib-rank { background: var(--ib-accent); color: #fff; }`,
  ];
  if (item === pinned) text.push(`.ib-grid .ib-cell[data-item]:not([data-item="${name}"]) { opacity: .5; }`);
  for (const top of grid.querySelectorAll(".ib-top")) {
    const system = CSS.escape(top.dataset.system);
    const cell = grid.querySelector(`.ib-cell[data-item="${name}"][data-system="${system}"]`);
    const said = cell ? `${cell.dataset.rank}위` : `${grid.dataset.depth}위 밖`;
    text.push(`.ib-top[data-system="${system}"] .ib-where::after { content: "${said}"; opacity: ${cell ? 1 : .55}; }`);
    text.push(`.ib-top[data-system="${system}"] .ib-where { display: inline-block; }`);
  }
  rules.textContent = text.join("\n");
}

const itemOf = (node) => node.closest?.(".ib-grid .ib-cell[data-item]")?.dataset.item ?? null;

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, (event) => {
    const item = itemOf(event.target) ?? pinned;
    if (item !== lit) light(item);
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".ib-grid a[href^='?'], .ib-asked a[href^='?'], .ib-whole a[href^='?']");
  if (link) {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    pinned = null;
    light(null);
    history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new PopStateEvent("popstate"));
    return;
  }
  const copier = event.target.closest?.(".ib-copy");
  if (copier) {
    copy(location.href).then((done) => say(copier, done ? "복사됨" : "주소 창에서 복사해 주세요"));
    return;
  }
  const item = event.target.closest?.("a, summary") ? null : itemOf(event.target);
  if (item !== null) {
    pinned = pinned === item ? null : item;
    light(item);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && pinned !== null) {
    pinned = null;
    light(null);
  }
});

// A column that comes later has its say about the item that is lit.
new MutationObserver(() => { if (lit !== null) light(lit); }).observe(document.body, { childList: true, subtree: true });

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without HTTPS: the old way.
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function say(node, words) {
  node.dataset.said = words;
  setTimeout(() => delete node.dataset.said, 2500);
}
