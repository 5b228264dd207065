// What the scripts of the inbox share: asking for parts of the page and putting them in place. The others follow it.
"use strict";
(() => {
  const page = document.getElementById("inbox");
  if (!page) return;
  const csrf = document.querySelector(".app").dataset.csrf, view = location.search;
  const $ = (id) => document.getElementById(id);
  const html = (text) => new DOMParser().parseFromString(text, "text/html");
  const lead = () => page.dataset.lead;
  const bold = (text) => Object.assign(document.createElement("b"), { textContent: text });

  // Asking. A session that ended is the frame's to handle.
  const ask = async (path, options = {}) => {
    const answer = await fetch(path, { ...options, headers: { "x-csrf-token": csrf, "hx-request": "true", ...options.headers } });
    if (answer.status === 401) document.dispatchEvent(new Event("session:check"));
    return answer;
  };
  const part = async (path) => {
    const answer = await ask(path, { headers: { accept: "text/html" } });
    return answer.ok ? html(await answer.text()) : null;
  };
  const plain = (form) => [...(form instanceof FormData || form instanceof URLSearchParams ? form : Object.entries(form))].filter(([, value]) => typeof value === "string");
  const post = (path, form) => ask(path, { method: "POST", body: form instanceof FormData && form.get("photo")?.name ? form : new URLSearchParams(plain(form)), headers: { accept: "application/json" } });

  // Putting in place. What is being used stays as it is until it is let go.
  const busy = (element) => element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") || element.querySelector("details[open]") || element.matches(":active");
  const said = new Map();
  const replace = (old, fresh) => {
    if (!old || !fresh) return;
    const known = said.get(old.id) ?? old.outerHTML;
    if (known === fresh.outerHTML || busy(old)) return;
    said.set(old.id, fresh.outerHTML);
    const held = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceChildren(...fresh.childNodes); // itself it stays: an open drawer is the page's target
    if (held) $(held)?.focus({ preventScroll: true });
  };

  window.desk = { page, view, rows: $("rows"), $, lead, bold, ask, part, post, busy, said, replace };
})();
