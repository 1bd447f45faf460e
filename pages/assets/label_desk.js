// What stands above the pairs: progress, what is saved, the grades, the pair's note, a flag, the pairs before and after.

const FLAWS = ["그림이 없거나 깨졌음", "글이나 수식이 깨졌음", "다른 문항 없이는 풀 수 없음", "정답이나 조건이 틀렸음"];
const ON_STRIP = 40;
const body = (grades) => `
  <div class="ib-line">
    <b class="ib-count"></b><div class="ib-gone-by"><i></i></div>
    <span class="ib-pace"></span><span class="ib-saved" role="status" aria-live="polite"></span>
  </div>
  <div class="ib-grades">${grades.map(([name, means], grade) => `
    <button type="button" data-grade="${grade}"><kbd>${grade}</kbd><span><b>${name}</b><small>${means}</small></span></button>`).join("")}
  </div>
  <div class="ib-strip" aria-hidden="true"></div>
  <div class="ib-keys">
    <button type="button" data-act="back"><kbd>←</kbd>이전</button>
    <button type="button" data-act="skip"><kbd>→</kbd>건너뛰기</button>
    <button type="button" data-act="undo"><kbd>Z</kbd>되돌리기</button>
    <button type="button" data-act="note"><kbd>N</kbd>메모</button>
    <button type="button" data-act="unrateable"><kbd>U</kbd>판정 불가</button>
    <button type="button" data-act="flag"><kbd>F</kbd>결함 신고</button>
    <button type="button" data-act="solution"><kbd>S</kbd>정답·풀이</button>
    <span class="ib-own"></span>
  </div>
  <div class="ib-notice" role="status" hidden></div>
  <div class="ib-refusals" role="alert" hidden><span></span><button type="button" data-act="seen">확인</button></div>
  <form class="ib-note-form" hidden>
    <textarea rows="2" maxlength="2000" aria-label="메모" placeholder="메모를 쓰고 Enter를 누르세요 (줄바꿈 Shift+Enter, 취소 Esc)"></textarea>
    <button type="submit">메모 남기기</button>
  </form>
  <div class="ib-flag-form" hidden role="group" aria-label="결함 신고">
    <span>이 후보 문항에 무슨 문제가 있나요? 신고하면 모두의 목록에서 빠집니다.</span>
    ${FLAWS.map((flaw, place) => `<button type="button" data-flaw="${flaw}"><kbd>${place + 1}</kbd>${flaw}</button>`).join("")}
    <button type="button" data-flaw=""><kbd>Esc</kbd>취소</button>
  </div>
  <div class="ib-finished" hidden></div>`;

export class Desk {
  constructor(queue) {
    this.queue = queue;
    this.root = null;
    this.heard = new AbortController();
  }

  // Another round's desk stands in the same place now: a click there is no longer this one's.
  leave() {
    this.heard.abort();
    this.root = null;
  }

  // Streamlit may draw the place anew at any time; the desk then moves in again.
  place() {
    const root = document.querySelector(".ib-desk");
    if (root === null || (root === this.root && root.firstChild)) return;
    this.root = root;
    root.innerHTML = body(this.queue.grades); // names from this server alone
    root.addEventListener("click", (event) => this.click(event), { signal: this.heard.signal });
    const form = this.find(".ib-note-form");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.closeNote(true); });
    form.firstElementChild.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing || event.keyCode === 229) return; // this Enter ends a Hangul syllable
      if (event.code === "Escape") this.closeNote(false);
      if ((event.code === "Enter" || event.code === "NumpadEnter") && !event.shiftKey) {
        event.preventDefault();
        this.closeNote(true);
      }
    });
    this.draw();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  draw() {
    if (!this.root?.firstChild) return;
    const { queue } = this;
    const pair = queue.pairs.get(queue.current);
    const done = queue.done + queue.said;
    const total = Math.max(queue.total, done);
    this.find(".ib-count").textContent = `${done.toLocaleString()} / ${total.toLocaleString()}`;
    this.find(".ib-gone-by i").style.width = `${total ? (100 * done) / total : 0}%`;
    this.find(".ib-pace").textContent = this.pace(total - done);
    for (const button of this.root.querySelectorAll("[data-grade]")) {
      button.classList.toggle("ib-chosen", pair?.state === "graded" && pair.grade === Number(button.dataset.grade));
    }
    const own = { unrateable: "판정 불가로 답한 쌍입니다", flagged: "결함으로 신고한 쌍입니다" }[pair?.state] ?? "";
    this.find(".ib-own").textContent = [own, pair?.note ? `메모: ${pair.note}` : ""].filter(Boolean).join(" · ");
    this.strip();
    const notice = this.find(".ib-notice");
    notice.hidden = !queue.notice;
    notice.textContent = queue.notice;
    const refusals = this.find(".ib-refusals");
    refusals.hidden = !queue.refusals.length;
    refusals.firstElementChild.textContent =
      `저장되지 않은 판정이 ${queue.refusals.length}건 있습니다. ${[...new Set(queue.refusals)].join(" ")}`;
    const finished = this.find(".ib-finished");
    finished.hidden = queue.current !== null;
    finished.textContent = queue.order.length
      ? "맡은 쌍을 모두 판정했습니다. 고맙습니다. ←를 누르면 앞의 판정을 다시 볼 수 있습니다."
      : "지금 맡을 쌍이 없습니다. 다른 사람이 이미 맡았거나 모두 판정되었습니다.";
    this.root.classList.toggle("ib-idle", queue.current === null);
    this.saved();
  }

  pace(left) {
    const { queue } = this;
    const hours = (performance.now() - queue.started) / 3_600_000;
    const perHour = queue.said >= 20 ? queue.said / hours : queue.perHour;
    const parts = [`남은 쌍 ${left.toLocaleString()}`];
    if (perHour) {
      const minutes = Math.ceil((60 * left) / perHour);
      const time = minutes < 60 ? `${minutes}분` : `${Math.floor(minutes / 60)}시간 ${minutes % 60}분`;
      parts.push(`시간당 ${Math.round(perHour).toLocaleString()}쌍`, left ? `약 ${time} 남음` : "");
    }
    return parts.filter(Boolean).join(" · ");
  }

  strip() {
    const { queue } = this;
    const middle = queue.current === null ? queue.order.length : queue.order.indexOf(queue.current);
    const start = Math.max(0, Math.min(middle - ON_STRIP / 2, queue.order.length - ON_STRIP));
    this.find(".ib-strip").replaceChildren(...queue.order.slice(start, start + ON_STRIP).map((ref) => {
      const pair = queue.pairs.get(ref);
      const mark = document.createElement("i");
      mark.dataset.state = pair.state === "graded" ? pair.grade : pair.state;
      if (ref === queue.current) mark.className = "ib-at";
      return mark;
    }));
  }

  saved() {
    if (!this.root?.firstChild) return;
    const { outbox } = this.queue;
    const { count, state } = outbox;
    const words = {
      saved: "모두 저장됨",
      saving: `저장 중 ${count}`,
      offline: `연결 끊김 · ${count}건을 이 브라우저에 보관 중`,
      refused: `저장 안 됨 · ${count}건 보관 중 · ${outbox.reason}`,
    }[state];
    const node = this.find(".ib-saved");
    if (node.dataset.state !== state || node.textContent !== words) {
      node.dataset.state = state;
      node.textContent = outbox.kept ? words : `${words} · 이 탭을 닫지 마세요(브라우저가 보관을 막았습니다)`;
    }
    if (state === "saved" && this.queue.current === null) this.queue.askForMore();
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const { grade, act, flaw } = button.dataset;
    if (grade !== undefined) this.queue.say("grade", { grade: Number(grade) });
    else if (flaw !== undefined) this.closeFlag(flaw);
    else if (act === "note") this.openNote();
    else if (act === "flag") this.openFlag();
    else if (act === "solution") this.turnSolution();
    else if (act === "seen") {
      this.queue.refusals = [];
      this.draw();
    } else if (act === "unrateable") this.queue.say("unrateable");
    else if (act) this.queue[act]();
    if (button.type !== "submit") button.blur(); // or the next space bar would press it again
  }

  // A key while a form is open belongs to the form.
  key(event) {
    const zoomed = document.querySelector(".ib-zoom");
    if (zoomed) {
      zoomed.remove();
      event.preventDefault();
      return true;
    }
    if (!this.root?.firstChild || this.find(".ib-flag-form").hidden) return false;
    const place = /^(?:Digit|Numpad)([1-4])$/.exec(event.code);
    if (place) this.closeFlag(FLAWS[Number(place[1]) - 1]);
    else if (event.code === "Escape" || event.code === "KeyF") this.closeFlag("");
    event.preventDefault();
    event.stopImmediatePropagation();
    return true;
  }

  openNote() {
    if (this.queue.current === null) return;
    this.closeFlag("");
    const form = this.find(".ib-note-form");
    form.hidden = false;
    form.firstElementChild.value = this.queue.pairs.get(this.queue.current).note ?? "";
    form.firstElementChild.focus();
  }

  closeNote(keep) {
    const form = this.find(".ib-note-form");
    if (form.hidden) return;
    form.hidden = true;
    form.firstElementChild.blur();
    if (keep) this.queue.note(form.firstElementChild.value.trim());
  }

  openFlag() {
    if (this.queue.current !== null) this.find(".ib-flag-form").hidden = false;
  }

  closeFlag(flaw) {
    const form = this.find(".ib-flag-form");
    if (form.hidden) return;
    form.hidden = true;
    if (flaw) this.queue.say("flag", { note: flaw });
  }

  turnSolution() {
    const ref = CSS.escape(this.queue.current ?? "");
    for (const details of document.querySelectorAll(`.ib-pair[data-ref="${ref}"] details.ib-more`)) details.open = !details.open;
  }

  zoom(image) {
    const layer = document.body.appendChild(document.createElement("div"));
    layer.className = "ib-zoom";
    layer.append(Object.assign(document.createElement("img"), { src: image.src, alt: image.alt }));
    layer.addEventListener("click", () => layer.remove());
  }
}
