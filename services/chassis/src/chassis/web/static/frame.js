// The frame of every page: the token is renewed while the session lives, keys lead about, a theme can be fixed.
"use strict";
(() => {
  const AHEAD = 90, WARNED = 120, AGAIN = 15, FIRST = 200, TOGETHER = 1200, LEAVING = 5000, A_YEAR = 31536000;
  const root = document.documentElement;
  let timer = 0, asking = null, due = Date.now() + FIRST * 1000;

  // The session. A page renews well before its token ends; a computer that slept renews on waking.
  let sent = -LEAVING; // whoever signs out by a form is led on by its answer
  addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = performance.now(); });
  const signIn = () => { if (performance.now() - sent > LEAVING) location.assign("/sign-in?next=" + encodeURIComponent(location.pathname + location.search)); else later(AGAIN); };
  const later = (seconds) => {
    clearTimeout(timer);
    due = Date.now() + seconds * 1000;
    timer = setTimeout(renew, seconds * 1000);
  };
  const warn = (left) => {
    const strip = document.getElementById("ending");
    if (!strip) return;
    strip.hidden = left > WARNED;
    const ends = new Date(Date.now() + left * 1000), time = strip.querySelector("time");
    time.dateTime = ends.toISOString();
    time.textContent = ends.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  };
  const ask = async () => {
    try {
      const answer = await fetch("/session/renew", { method: "POST", headers: { accept: "application/json" } });
      if (answer.status === 401) { signIn(); return; }
      if (!answer.ok) { later(AGAIN); return; }
      const told = await answer.json();
      warn(told.session_seconds);
      later(Math.max(AGAIN, Math.min(told.token_seconds - AHEAD, told.session_seconds - WARNED + 1)));
    } catch {
      later(AGAIN); // offline: what stands on the page stays, and we ask again
    }
  };
  function renew() { asking ??= ask().finally(() => { asking = null; }); return asking; }
  const wake = () => { if (document.visibilityState === "visible" && Date.now() >= due) renew(); };
  document.addEventListener("visibilitychange", wake);
  addEventListener("focus", wake);
  addEventListener("online", renew);
  addEventListener("pageshow", (event) => { if (event.persisted) renew(); });
  document.addEventListener("session:check", renew); // a stream that ended asks whether it was the session
  later(FIRST);

  // Keys: off while somebody writes, or for a device that switched them off.
  const writes = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  let led = -TOGETHER; // a page that was just opened has not heard a G
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (root.dataset.keys === "off" || writes(event.target) || document.querySelector("dialog[open]")) return;
    const letter = event.key.toUpperCase(), after = performance.now() - led < TOGETHER;
    led = -TOGETHER;
    if (after) {
      const link = document.querySelector(`.rail a[data-key="${CSS.escape(letter)}"]`);
      if (link) { event.preventDefault(); event.stopImmediatePropagation(); link.click(); }
    } else if (letter === "G") {
      led = performance.now();
    } else if (letter === "?") {
      event.preventDefault();
      document.getElementById("keys")?.showModal();
    }
  }, true);

  // What a device fixes: a cookie, so that the next page comes that way from the start.
  const fix = (name, value) => {
    document.cookie = `${name}=${value}; Path=/; SameSite=Lax; Max-Age=${value ? A_YEAR : 0}` + (location.protocol === "https:" ? "; Secure" : "");
    if (value) root.dataset[name] = value; else delete root.dataset[name];
  };
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.dataset.device) return;
    if (field.type === "checkbox") fix(field.dataset.device, field.checked ? "" : "off");
    else fix(field.dataset.device, field.value);
  });

  // A part shown as a dialog: any button may open one by its id; Escape and `method="dialog"` close it.
  document.addEventListener("click", (event) => {
    const opener = event.target instanceof Element && event.target.closest("[data-opens]");
    if (!opener) return;
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog instanceof HTMLDialogElement) { event.preventDefault(); dialog.showModal(); }
  });
})();
