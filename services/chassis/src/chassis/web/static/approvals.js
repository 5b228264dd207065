// Approvals: the queue stays true while it is open, nothing under a finger moves, and keys move between drafts.
"use strict";
(() => {
  const list = document.getElementById("drafts");
  if (!list) return;
  const csrf = document.querySelector(".app").dataset.csrf, A_MINUTE = 60000, TOGETHER = 300, UNTOUCHED = 2500, READ = 3000, SHOWN = 8000;
  const html = (text) => new DOMParser().parseFromString(text, "text/html");
  const ask = async (path, options = {}) => {
    const answer = await fetch(path, { ...options, headers: { "x-csrf-token": csrf, "hx-request": "true", ...options.headers } });
    if (answer.status === 401) document.dispatchEvent(new Event("session:check"));
    return answer;
  };

  // Which draft is meant by a key.
  const every = () => [...list.querySelectorAll(".ask")];
  const cards = () => every().filter((card) => !card.dataset.left);
  const current = () => cards().find((card) => card.hasAttribute("aria-current")) ?? cards()[0];
  const mark = (card) => { for (const each of every()) each.toggleAttribute("aria-current", false); card?.setAttribute("aria-current", "true"); };
  const choose = (card) => {
    if (!card) return;
    mark(card);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => { const all = cards(); choose(all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + by))]); };

  // A draft that left stays as a line of the same height until pointer and focus are elsewhere, and somebody could read who did it.
  let touched = 0;
  const leave = (card, words, read = 0) => {
    if (card.dataset.left) return;
    card.dataset.left = performance.now() + read;
    const line = Object.assign(document.createElement("p"), { className: "row small soft left" });
    const thread = card.querySelector('.ctx a[href^="/leads/"]');
    line.append(`${card.querySelector("h2").textContent}: ${words} `, ...(thread ? [Object.assign(document.createElement("a"), { href: thread.href, textContent: "Open thread" })] : []));
    const writing = card.contains(document.activeElement) && document.activeElement.matches("textarea");
    card.style.minHeight = `${card.offsetHeight}px`;
    if (writing) { card.prepend(line); card.querySelector("textarea").readOnly = true; card.querySelectorAll("button").forEach((each) => { each.disabled = true; }); } else card.replaceChildren(line);
    if (card.hasAttribute("aria-current")) mark(following(card));
  };
  const following = (card) => { const all = every(), at = all.indexOf(card); return [...all.slice(at + 1), ...all.slice(0, at).reverse()].find((each) => !each.dataset.left); };
  const settle = () => {
    const pointed = matchMedia("(hover: hover)").matches ? list.matches(":hover") : performance.now() - touched < UNTOUCHED;
    for (const card of every()) if (performance.now() > card.dataset.left && !pointed && !card.contains(document.activeElement)) card.remove();
    if (!every().length && nothing) list.replaceChildren(nothing);
  };
  addEventListener("pointerdown", () => { touched = performance.now(); });
  list.addEventListener("pointerleave", settle);
  document.addEventListener("focusin", settle);
  setInterval(settle, 1000);

  // What the service says now: cards that nobody uses follow it where they stand, new ones come where they belong.
  const said = new Map(every().map((card) => [card.id, card.outerHTML]));
  let nothing = null;
  const busy = (card) => { const box = card.querySelector("textarea"); return card.contains(document.activeElement) && card !== document.activeElement || box?.value !== box?.defaultValue || card.matches(":active"); };
  const put = (fresh) => {
    const queue = fresh.getElementById("queue"), wanted = new Set(), about = document.getElementById("about");
    nothing = queue.querySelector(".blank");
    let before = null;
    for (const card of queue.querySelectorAll("#drafts .ask")) {
      wanted.add(card.id);
      card.removeAttribute("aria-current");
      const old = document.getElementById(card.id), words = card.outerHTML, changed = said.get(card.id) !== words;
      if (old && (!changed || busy(old))) { before = old; continue; }
      said.set(card.id, words);
      const kept = document.adoptNode(card);
      if (!old) { if (before) before.after(kept); else list.prepend(kept); list.querySelector(":scope > .blank")?.remove(); } else {
        const held = old === document.activeElement;
        if (old.hasAttribute("aria-current")) kept.setAttribute("aria-current", "true");
        old.replaceWith(kept);
        if (held) kept.focus({ preventScroll: true });
      }
      before = kept;
    }
    for (const card of cards()) if (!wanted.has(card.id)) leave(card, queue.querySelector(`[data-text="${CSS.escape(card.id.slice(6))}"]`)?.dataset.said ?? "It waits no longer.", READ);
    if (!cards().some((card) => card.hasAttribute("aria-current"))) mark(cards()[0]);
    if (!about.contains(document.activeElement) && !about.matches(":active")) about.replaceWith(document.adoptNode(fresh.getElementById("about")));
    heads(queue.dataset);
    settle();
  };
  const heads = (told) => {
    const line = document.getElementById("waiting-line");
    line.textContent = told.oldest ? `${told.approvals} waiting, oldest ` : "";
    if (told.oldest) line.append(Object.assign(document.createElement("span"), { textContent: "now" }));
    if (told.oldest) line.lastChild.dataset.age = told.oldest;
    document.getElementById("keys-line").hidden = !told.oldest;
    document.getElementById("from-before")?.toggleAttribute("hidden", !told.oldest);
    live.counts(told);
    live.ages();
  };
  const refresh = live.later(async () => {
    const answer = await ask("/approvals/part", { headers: { accept: "text/html" } });
    if (answer.ok) put(html(await answer.text()));
  }, TOGETHER);
  Object.assign(live, { shows: "the drafts", counted: true });
  live.on("open", refresh);
  live.on("rows", refresh);
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, A_MINUTE);

  // A yes or a no goes once; what else is being written stays.
  const trouble = (form, words) => {
    const card = form.closest(".ask");
    card.querySelector(".callout")?.remove();
    if (!words) return;
    const box = Object.assign(document.createElement("div"), { className: "callout bad" });
    box.setAttribute("role", "alert");
    box.append(Object.assign(document.createElement("p"), { textContent: words }));
    card.append(box);
  };
  let told = 0;
  const confirm = (words) => {
    const box = document.getElementById("told");
    box.textContent = words;
    clearTimeout(told);
    told = setTimeout(() => { box.textContent = ""; }, SHOWN);
  };
  const send = async (form) => {
    const card = form.closest(".ask"), next = following(card);
    try {
      const answer = await ask(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" } });
      const says = await answer.json().catch(() => ({}));
      if (!answer.ok) { trouble(form, says.refused ?? says.detail ?? "Something broke here. Try again."); return; }
      document.activeElement?.blur();
      confirm(`${card.querySelector("h2").textContent}: ${says.said}`);
      leave(card, says.said);
      choose(next);
    } catch { trouble(form, "Not done: no connection. Press it again when you are back."); }
  };
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.closest("#drafts")) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    await send(form);
    delete form.dataset.sent;
    refresh();
  });

  const acts = {
    J: () => step(1), K: () => step(-1), A: () => current()?.querySelector("form[data-approve]").requestSubmit(),
    E: () => current()?.querySelector("textarea").focus(), S: () => current()?.querySelector("[data-skip]").click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && event.target.closest?.(".ask textarea")) { choose(event.target.closest(".ask")); return; }
    if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.("input, textarea, select")) return;
    const act = acts[event.key.toUpperCase()];
    if (act && cards().length) { event.preventDefault(); act(); }
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.("#drafts .ask");
    if (card && !card.dataset.left && !card.hasAttribute("aria-current")) mark(card);
  });
  document.addEventListener("input", (event) => {
    const count = event.target.closest?.(".draft")?.querySelector("[data-count]");
    if (count) count.textContent = window.segments.words(event.target.value);
  });
})();
