// The thread: new lines, changed ones, decisions that unfold, earlier pages.
"use strict";
(() => {
  if (!window.desk) return;
  const { view, $, lead, part, busy, said, replace, bold } = desk;

  // The thread: lines are known by their keys; new ones follow only when the end was in view.
  const flow = () => $("flow");
  const atEnd = () => { const box = flow(); return !box || box.scrollHeight - box.scrollTop - box.clientHeight < 80; };
  const toEnd = () => { const box = flow(); if (box) box.scrollTop = box.scrollHeight; $("new-pill")?.remove(); };
  const putLines = (fresh) => {
    const box = flow(), follow = atEnd();
    let before = null, added = 0, news = null;
    const wanted = [...fresh.querySelectorAll(":scope > [data-key]")];
    const known = new Map([...box.querySelectorAll(":scope > [data-key]")].map((line) => [line.dataset.key, line]));
    for (const line of wanted) {
      const old = known.get(line.dataset.key);
      if (old) {
        if ((said.get(line.dataset.key) ?? old.outerHTML) !== line.outerHTML && !busy(old)) { said.set(line.dataset.key, line.outerHTML); const kept = document.adoptNode(line); const why = old.querySelector("[aria-expanded=true]"); old.replaceWith(kept); if (why) kept.querySelector("[data-why]")?.setAttribute("aria-expanded", "true"); before = kept; } else before = old;
      } else {
        const kept = document.adoptNode(line);
        if (before) { let place = before; while (place.nextElementSibling?.matches(".why")) place = place.nextElementSibling; place.after(kept); } else box.querySelector(".earlier")?.after(kept) ?? box.prepend(kept);
        before = kept;
        if (line.matches(".msg, .event, .memo")) added += 1;
        if (kept.matches(".msg.in, .msg.out.staff") && !kept.querySelector(".under")?.textContent.startsWith("You")) news = kept;
      }
    }
    for (const waiting of box.querySelectorAll(".msg.sending")) if ($(waiting.dataset.becomes)) waiting.remove();
    if (added && follow) toEnd(); else if (added) pill(added);
    if (news && $("draft")?.value.trim()) desk.tell([bold("The thread moved on while you were writing: "), news.querySelector(".bubble")?.textContent ?? "a photo came"], "note", "status");
  };
  let unseen = 0;
  const pill = (added) => {
    unseen += added;
    const shown = $("new-pill") ?? Object.assign(document.createElement("button"), { id: "new-pill", type: "button", className: "btn small pill-new" });
    shown.textContent = `${unseen} new`;
    shown.onclick = () => { unseen = 0; toEnd(); };
    flow().append(shown);
  };
  // One at a time: an older answer must never come after a newer one.
  let asking = null, again = false;
  const refreshThread = () => {
    if (asking) { again = true; return asking; }
    asking = look().finally(() => { asking = null; });
    return asking;
  };
  const look = async () => {
    do {
      again = false;
      const fresh = await part(`/leads/${lead()}/part${view}`);
      const thread = fresh?.getElementById("thread");
      if (thread?.dataset.lead === lead()) put(fresh, thread);
    } while (again);
  };
  const put = (fresh, thread) => {
    putLines(fresh.getElementById("flow"));
    replace($("thread-head"), document.adoptNode(fresh.getElementById("thread-head")));
    replace($("details"), document.adoptNode(fresh.getElementById("details")));
    putComposer(fresh.getElementById("composer"));
    desk.showHere();
  };
  // The composer is exchanged only when what one may do has changed; whatever was typed stays.
  const putComposer = (fresh) => {
    const old = $("composer");
    if (!old || !fresh || old.matches("form") === fresh.matches("form")) return;
    const typed = $("draft")?.value ?? "";
    old.replaceWith(document.adoptNode(fresh));
    if ($("draft") && $("composer").matches("form")) $("draft").value = typed;
    desk.wire();
  };

  // Why: unfolds in place.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("[data-why]"), fold = event.target.closest?.("[data-unwhy]");
    if (fold) { event.preventDefault(); const box = fold.closest(".why"), opener = document.querySelector(`[data-why="${CSS.escape(box.id.slice(4))}"]`); box.remove(); opener?.setAttribute("aria-expanded", "false"); opener?.focus(); return; }
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const shown = $(`why-${link.dataset.why}`);
    if (shown) { shown.remove(); link.setAttribute("aria-expanded", "false"); return; }
    const found = (await part(`/leads/${lead()}/why/${link.dataset.why}`))?.querySelector(".why");
    if (!found) return;
    link.closest("[data-key]").after(document.adoptNode(found));
    link.setAttribute("aria-expanded", "true");
    $(`why-${link.dataset.why}`).scrollIntoView({ block: "nearest" });
  });

  // Earlier lines: above, without moving what is read. Paper gets them all.
  const earlier = async () => {
    const link = $("earlier"), older = link && (await part(`/leads/${lead()}/part${new URL(link.href).search}`))?.getElementById("flow");
    if (!older) return false;
    const box = flow(), from = box.scrollHeight - box.scrollTop;
    link.closest("p").remove();
    box.prepend(...[...older.children].filter((line) => !line.dataset.key || !$(line.id)));
    box.scrollTop = box.scrollHeight - from;
    return true;
  };
  document.addEventListener("click", (event) => { if (event.target.closest?.("#earlier")) { event.preventDefault(); earlier(); } });
  document.addEventListener("keydown", async (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "p" || !$("earlier")) return;
    event.preventDefault();
    while (await earlier());
    print();
  });

  Object.assign(desk, { flow, toEnd, refreshThread });
})();
