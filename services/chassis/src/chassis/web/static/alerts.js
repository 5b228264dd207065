// The alerts stay true while the page is open: rows change where they stand, order waits while somebody is at them.
"use strict";
(() => {
  const box = document.getElementById("alerts");
  if (!box) return;
  const A_MINUTE = 60000, TOGETHER = 300;
  const used = () => box.matches(":hover") || box.contains(document.activeElement);
  const rows = (within) => [...within.querySelectorAll("tr[id]")];
  const order = (within) => rows(within).map((row) => row.id).join();

  const put = (fresh) => {
    if (order(fresh) === order(box) && rows(box).length) { inPlace(fresh); return; }
    if (used()) { inPlace(fresh); newer(fresh); return; }
    box.replaceChildren(...fresh.childNodes);
  };
  const inPlace = (fresh) => {
    for (const row of rows(fresh)) {
      const old = document.getElementById(row.id);
      if (!old || old.innerHTML === row.innerHTML || old.contains(document.activeElement)) continue;
      old.innerHTML = row.innerHTML;
    }
    document.getElementById("newer")?.remove();
  };
  const newer = (fresh) => {
    const known = new Set(rows(box).map((row) => row.id)), added = rows(fresh).filter((row) => !known.has(row.id)).length;
    const pill = Object.assign(document.createElement("div"), { className: "newer", id: "newer" });
    const show = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: added ? `${added} newer, show` : "Moved, show" });
    pill.setAttribute("role", "status");
    show.addEventListener("click", () => { box.replaceChildren(...fresh.childNodes); live.ages(); });
    pill.append(show);
    box.prepend(pill);
  };
  const refresh = live.later(async () => {
    const answer = await fetch("/alerts/part", { headers: { accept: "text/html", "hx-request": "true" } });
    if (answer.status === 401) document.dispatchEvent(new Event("session:check"));
    if (!answer.ok) return;
    put(new DOMParser().parseFromString(await answer.text(), "text/html").body);
    live.ages();
  }, TOGETHER);
  live.shows = "the alerts";
  for (const kind of ["open", "rows", "alerts"]) live.on(kind, refresh);
  setInterval(() => { if (document.visibilityState === "visible") refresh(); }, A_MINUTE);
})();
