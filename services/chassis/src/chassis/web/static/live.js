// The one stream of a page: what changed in the shop, by ids alone, and whether its person is still in. The rail's counts follow it.
"use strict";
(() => {
  const app = document.querySelector("[data-csrf]");
  if (!app) return;
  const SOON = 1000, LATEST = 15000, PATIENCE = 1500, GAP = 30000, TOGETHER = 1000;
  const rail = document.querySelector(".rail");
  const heardBy = {};
  let stream = null, delay = SOON, again = 0, lost = 0, heard = Date.now(), was = false, resting = false;

  // A page that shows more than counts says so: `live.shows` in words, `live.query` what it has, and then comes back by itself.
  const live = {
    shows: "", query: () => "", open,
    on: (kind, listener) => { (heardBy[kind] ??= []).push(listener); },
    counts, later, ages,
  };
  const fetchSoon = later(fetchCounts, TOGETHER), look = () => { if (rail && !live.counted) fetchSoon(); };
  const tell = (kind, told, event) => { for (const each of heardBy[kind] ?? []) each(told, event); };

  function open() {
    close();
    resting = false;
    const query = live.query(), opened = new EventSource("/inbox/live" + (query ? "?" + query : ""));
    stream = opened;
    stream.addEventListener("open", () => {
      clearTimeout(lost); lost = 0;
      const gap = Date.now() - heard > GAP;
      delay = SOON; was = true; heard = Date.now();
      if (navigator.onLine) strip(false);
      tell("open", { gap });
      look();
    });
    stream.addEventListener("rows", (event) => { heard = Date.now(); tell("rows", JSON.parse(event.data), event); look(); });
    stream.addEventListener("alerts", () => { heard = Date.now(); tell("alerts"); });
    stream.addEventListener("here", (event) => { heard = Date.now(); tell("here", JSON.parse(event.data)); });
    stream.addEventListener("beat", () => { heard = Date.now(); });
    stream.addEventListener("taken", () => { close(); resting = true; }); // too many pages: this one waits until it is looked at
    stream.addEventListener("error", () => {
      if (stream !== opened) return;
      close();
      if (live.shows && !lost) lost = setTimeout(() => strip(true), PATIENCE);
      if (was || delay === SOON || delay === LATEST) document.dispatchEvent(new Event("session:check"));
      was = false;
      again = setTimeout(open, delay);
      delay = Math.min(LATEST, delay * 2);
    });
  }
  function close() { clearTimeout(again); stream?.close(); stream = null; }

  const strip = (shown) => {
    document.getElementById("reconnecting")?.remove();
    const place = document.getElementById("strips");
    if (!shown || !live.shows || !place) return;
    const box = Object.assign(document.createElement("div"), { id: "reconnecting", className: "strip bad" });
    box.setAttribute("role", "status");
    const words = document.createElement("span"), now = Object.assign(document.createElement("button"), { type: "button", className: "btn small end", textContent: "Try now" });
    const since = new Date(heard).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    words.append(Object.assign(document.createElement("b"), { textContent: "Reconnecting. " }), `You see ${live.shows} as of ${since}. What you write is kept here until it can go.`);
    now.addEventListener("click", open);
    box.append(words, now);
    place.prepend(box);
  };

  // Counts of what waits for the office, and the title's own.
  function counts(told) {
    for (const name of ["inbox", "approvals"]) {
      const place = rail?.querySelector(`a[href="/${name}"]`), shown = place?.querySelector(".count");
      if (!place || (shown?.firstChild.textContent ?? "") === told[name]) continue;
      shown?.remove();
      if (told[name]) place.insertAdjacentHTML("beforeend", `<span class="count" data-waiting="${name}">${told[name]}<span class="vh"> waiting for the office</span></span>`);
    }
    const own = told[app.dataset.counts];
    if (own === undefined) return;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = own ? `(${own}) ${title}` : title;
  }
  async function fetchCounts() {
    const answer = await fetch("/inbox/waiting", { headers: { accept: "application/json" } });
    if (answer.ok && answer.headers.get("content-type")?.includes("json")) counts(await answer.json());
  }
  // At once, and then once more for all that was asked meanwhile.
  function later(work, pause) {
    let waits = 0, asked = false;
    const turn = () => { waits = 0; if (asked) { asked = false; call(); } };
    const call = () => {
      if (waits) { asked = true; return; }
      waits = setTimeout(turn, pause);
      Promise.resolve(work()).catch(() => {});
    };
    return call;
  }

  // How long ago, in words that stay true while a page is open.
  function ages() {
    for (const shown of document.querySelectorAll("[data-age]")) {
      const minutes = Math.floor((Date.now() - Date.parse(shown.dataset.age)) / 60000);
      const age = minutes < 1 ? "" : minutes < 60 ? `${minutes} min` : minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} days`;
      const words = "ago" in shown.dataset ? (age ? `${age} ago` : "just now") : age || "now";
      if (shown.textContent !== words) shown.textContent = words;
    }
  }
  setInterval(ages, 5000);

  // A page of settings that nobody looks at needs no stream: browsers open few connections to one host.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") { if (!live.shows) { close(); resting = true; } } else if (resting) open();
  });
  addEventListener("focus", () => { if (resting) open(); });
  addEventListener("online", () => { delay = SOON; tell("online"); open(); });
  addEventListener("offline", () => strip(true));
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) { open(); tell("open", { gap: true }); } });
  window.live = live;
  document.addEventListener("DOMContentLoaded", open);
})();
