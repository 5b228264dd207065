// The list of leads: rows change where they stand, order waits for a tap.
"use strict";
(() => {
  if (!window.desk) return;
  const { page, view, rows, $, lead, part } = desk;

  // The list. A row that changes stays where it is; one that would come above waits for a tap.
  let newer = new Map();
  const group = (row) => row.dataset.turn;
  const fits = (row) => {
    const chosen = new URLSearchParams(view), show = chosen.get("show") ?? "open", whose = chosen.get("whose") ?? "all";
    const { status, turn, assigned } = row.dataset;
    if (chosen.get("q")) return false;
    if (whose === "mine" && assigned !== page.dataset.member || whose === "unassigned" && assigned) return false;
    return { open: ["new", "active", "booked"].includes(status), office: turn === "office", booked: status === "booked", closed: ["won", "closed"].includes(status) }[show];
  };
  const rowOf = (id) => rows.querySelector(`li[data-lead="${CSS.escape(id)}"]`);
  const putRow = (fresh) => {
    const old = rowOf(fresh.dataset.lead);
    if (fresh.dataset.lead === lead()) { fresh.querySelector("a").setAttribute("aria-current", "true"); fresh.querySelector(".unread")?.remove(); fresh.querySelector(".lead").classList.remove("new"); }
    if (!old) { if (fits(fresh)) newer.set(fresh.dataset.lead, fresh); return; }
    if (!old.matches(":active")) {
      const held = old.contains(document.activeElement);
      old.innerHTML = fresh.innerHTML;
      if (held) old.querySelector("a").focus({ preventScroll: true });
    }
    if (group(old) !== group(fresh) || old.dataset.place !== fresh.dataset.place && old !== rows.querySelector("li[data-lead]")) newer.set(fresh.dataset.lead, fresh);
    else Object.assign(old.dataset, fresh.dataset);
  };
  const showNewer = () => {
    let pill = $("newer");
    if (!newer.size) { pill?.remove(); return; }
    if (!pill) {
      pill = Object.assign(document.createElement("div"), { className: "newer", id: "newer" });
      pill.setAttribute("role", "status");
      pill.innerHTML = '<button type="button" class="btn"></button>';
      pill.firstChild.addEventListener("click", refreshList);
      rows.prepend(pill);
    }
    const moved = [...newer.values()].filter((row) => row && rowOf(row.dataset.lead)).length, fresh = newer.size - moved;
    pill.firstChild.textContent = fresh ? `${newer.size} newer, show` : `${moved} moved, show`;
  };
  const refreshList = async () => {
    const fresh = await part("/inbox/list" + view);
    if (!fresh) return;
    newer = new Map();
    rows.replaceChildren(...fresh.body.childNodes);
    mark();
    rows.scrollTop = 0;
  };
  const mark = () => {
    for (const link of rows.querySelectorAll("a.lead")) {
      if (link.parentElement.dataset.lead === lead()) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  const counts = (told) => {
    for (const name of ["mine", "unassigned", "all"]) { const shown = document.querySelector(`[data-count="${name}"]`); if (shown) shown.textContent = told[name]; }
    for (const shown of rows.querySelectorAll("[data-turn-count]")) shown.textContent = told[shown.dataset.turnCount] ?? shown.textContent;
    live.counts({ inbox: told.badge, approvals: told.drafts });
  };
  const changed = async (ids) => {
    if (ids === "*") { await refreshOrWait(); } else {
      const fresh = await part(`/inbox/rows${view ? view + "&" : "?"}ids=${ids.join(",")}`);
      const told = fresh?.getElementById("changed");
      if (!told) return;
      counts(told.dataset);
      told.querySelectorAll("li[data-lead]").forEach((row) => putRow(document.adoptNode(row)));
      if (!rows.querySelector("li[data-lead]") && newer.size) await refreshList(); else showNewer();
    }
    if (lead() && (ids === "*" || ids.includes(lead()))) await desk.refreshThread();
  };
  const refreshOrWait = () => rows.scrollTop < 4 && !rows.matches(":hover") ? refreshList() : (newer.set("*", null), showNewer());
  rows.addEventListener("click", async (event) => {
    const more = event.target.closest?.("#more");
    if (!more) return;
    event.preventDefault();
    const fresh = await part("/inbox/list" + new URL(more.href).search);
    if (!fresh) return;
    more.closest("p").remove();
    const last = [...rows.querySelectorAll("ul")].pop(), head = fresh.querySelector(".group");
    if (head && rows.querySelector(`.group.${head.classList[1]}`) && last) { last.append(...fresh.querySelector("ul").children); head.nextElementSibling.remove(); head.remove(); }
    rows.append(...fresh.body.childNodes);
    mark();
  });

  Object.assign(desk, { changed, refreshOrWait });
})();
