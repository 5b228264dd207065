// The inbox stays true: who is here, what changed, the keys, and how a page begins.
"use strict";
(() => {
  if (!window.desk) return;
  const { page, view, rows, $, lead, post } = desk;

  // Who is here, and who writes.
  const here = new Map();
  let typed = -Infinity;
  const presence = (state) => lead() ? post(`/leads/${lead()}/here`, { state }).catch(() => {}) : null;
  const typing = () => { if (performance.now() - typed > 4000) { typed = performance.now(); presence("typing"); } };
  const showHere = () => {
    const now = Date.now(), line = $("presence"), faces = $("here");
    for (const [id, each] of here) if (each.until < now || each.lead !== lead()) here.delete(id);
    const others = [...here.values()];
    const writer = others.find((each) => each.state === "typing");
    const words = writer ? `${writer.name} is writing` : others.length ? `${others.map((each) => each.name).join(", ")} ${others.length === 1 ? "is" : "are"} looking at this thread` : "";
    if (line && line.textContent !== words) line.textContent = words;
    if (!faces) return;
    faces.querySelectorAll("[data-other]").forEach((face) => { if (!here.has(face.dataset.other)) face.remove(); });
    for (const [id, each] of here) if (!faces.querySelector(`[data-other="${id}"]`)) faces.insertAdjacentHTML("afterbegin", `<span class="face ${each.face}" role="img" data-other="${id}"></span>`);
    for (const [id, each] of here) { const face = faces.querySelector(`[data-other="${id}"]`); face.textContent = each.initials; face.setAttribute("aria-label", `${each.name} is reading this too`); }
  };

  // What changed comes by the page's stream; after sleep or a gap the visible part is fetched whole.
  const stale = () => { desk.stale = true; };
  const whole = async () => {
    desk.stale = false;
    try { await desk.refreshOrWait(); if (lead()) await desk.refreshThread(); } catch { stale(); }
  };
  Object.assign(live, {
    shows: "the inbox", counted: true,
    query: () => `from=${page.dataset.seq}${lead() ? "&lead=" + lead() : ""}`,
  });
  live.on("open", ({ gap }) => { if (gap || desk.stale) whole(); presence("asks"); });
  live.on("online", stale);
  live.on("rows", (ids, event) => { page.dataset.seq = event.lastEventId || page.dataset.seq; desk.changed(ids).catch(stale); });
  live.on("here", (told) => {
    if (told.member === page.dataset.member) return;
    if (told.state === "gone") here.delete(told.member);
    else here.set(told.member, { ...told, until: Date.now() + (told.state === "typing" ? 7000 : 35000) });
    if (told.state === "asks" && told.lead === lead()) presence("here");
    showHere();
  });
  addEventListener("pagehide", () => { presence("gone"); });
  setInterval(showHere, 5000);
  setInterval(() => { if (document.visibilityState === "visible") presence("here"); }, 20000);

  // Keys: off while somebody writes, or for a device that switched them off.
  const writes = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  const step = (by) => {
    const links = [...rows.querySelectorAll("a.lead")];
    const at = links.findIndex((link) => link === document.activeElement || link.getAttribute("aria-current") && !rows.contains(document.activeElement));
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  };
  const write = (wanted) => {
    const choice = document.querySelector(`#composer input[name="kind"][value="${wanted}"]`);
    if (choice && !choice.checked) choice.click();
    $("draft")?.focus();
  };
  const drawer = () => $("details") && getComputedStyle($("details")).position === "fixed";
  const drop = (id) => { const box = $(id); if (!box) return; if (box.closest("#details") && !box.offsetParent) location.hash = "details"; box.open = true; [...box.querySelectorAll(".menu input, .menu select, .menu button")].find((each) => each.type !== "hidden")?.focus(); };
  const KEYS = {
    j: () => step(1), k: () => step(-1), "/": () => $("search")?.focus(), r: () => write("text"), n: () => write("note"), h: () => $("baton-act")?.click(),
    z: () => $("undo")?.querySelector("button").click(), a: () => drop("assign"), e: () => drop("status"), w: () => [...document.querySelectorAll("#flow [data-why]")].pop()?.click(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "draft") { event.preventDefault(); event.target.form.requestSubmit(); return; }
    if (event.key === "Escape") {
      const opened = document.activeElement?.closest?.("details.drop[open]");
      if (opened) { opened.open = false; opened.querySelector("summary").focus(); return; }
      if (writes(event.target)) { event.target.blur(); desk.flow()?.focus({ preventScroll: true }); return; }
      if (location.hash === "#details" && drawer()) { location.replace("#thread"); return; }
      if (lead() && !document.querySelector("dialog[open]")) location.assign("/inbox" + view);
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.documentElement.dataset.keys === "off" || writes(event.target) || document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key.toLowerCase()];
    if (act) { event.preventDefault(); act(); }
  });

  Object.assign(desk, { showHere, typing, presence });

  // Opening one puts its name first; the list stays where it was scrolled.
  const place = "inbox-scroll" + view;
  rows.scrollTop = Number(sessionStorage.getItem(place) ?? 0);
  rows.addEventListener("scroll", () => sessionStorage.setItem(place, String(rows.scrollTop)), { passive: true });
  document.addEventListener("click", (event) => { for (const box of document.querySelectorAll("details.drop[open]")) if (!box.contains(event.target)) box.open = false; });
  desk.wire();
  desk.toEnd();
  if (lead() && !location.hash) { $("title")?.focus({ preventScroll: true }); rows.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" }); }
})();
