// Writing: the live count, drafts that are kept, sending once, and what the forms of a thread do.
"use strict";
(() => {
  if (!window.desk) return;
  const { $, lead, post, bold } = desk;

  // Writing.
  const kind = () => document.querySelector('#composer input[name="kind"]:checked')?.value ?? "note";
  const drafts = {};
  let keeping = 0;
  const count = () => {
    const shown = $("count"), box = $("draft");
    if (!shown || !box) return;
    shown.textContent = kind() === "text" ? segments.words(box.value) : "";
    const letters = kind() === "text" ? segments.dear(box.value) : [];
    $("dear")?.remove();
    if (letters.length && segments.measure(segments.plain(box.value)).encoding === "GSM-7" && segments.measure(box.value).encoding !== "GSM-7") {
      const use = Object.assign(document.createElement("button"), { id: "dear", type: "button", className: "whylink tiny", textContent: `Use plain letters for ${letters.join(" ")}` });
      use.addEventListener("click", () => { box.value = segments.plain(box.value); count(); keep(); box.focus(); });
      shown.before(use);
    }
  };
  const keep = () => {
    clearTimeout(keeping);
    const at = lead(), form = { kind: kind(), body: $("draft")?.value ?? "" };
    keeping = setTimeout(() => post(`/leads/${at}/draft`, form).catch(() => {}), 600);
  };
  const tell = (words, tone = "bad", role = "alert") => {
    document.querySelector(".over-composer")?.remove();
    if (!words) return;
    const box = document.createElement("div");
    box.className = `callout ${tone} over-composer`;
    box.setAttribute("role", role);
    const text = document.createElement("p");
    text.append(...words);
    box.append(text);
    $("composer").before(box);
  };
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let sending = false;
  const send = async (form) => {
    if (sending || !($("draft").value.trim() || photos().length)) return;
    sending = true;
    const told = new FormData(form), box = $("draft"), body = box.value, wasText = told.get("kind") === "text";
    const waiting = wasText ? optimistic(body || (photos().length === 1 ? "A photo" : `${photos().length} photos`)) : null;
    try {
      const answer = await post(form.action, told);
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        if (waiting) waiting.dataset.becomes = `t-${said.id}`;
        box.value = "";
        clearTimeout(keeping);
        form.elements.client_id.value = fresh();
        form.querySelector('[name="anyway"]')?.remove();
        if ($("photo")) { $("photo").value = ""; showPhotos(); }
        tell(null);
        desk.presence("here");
        count();
        await desk.refreshThread();
      } else {
        waiting?.remove();
        refused(form, said);
      }
    } catch {
      waiting?.remove(); // the same client id goes once more: if it had arrived, nothing happens twice
      tell([bold("Not sent yet: no connection. "), "What you wrote is kept here; send it again when you are back."]);
    } finally { sending = false; }
  };
  const refused = (form, said) => {
    if (said.refused === "faster") {
      tell([bold(`${said.name} answered ${said.ago} ago. `), `Your text was not sent; it is still in the box: “${said.body}”`], "note");
      if (!form.querySelector('[name="anyway"]')) form.insertAdjacentHTML("beforeend", '<input type="hidden" name="anyway" value="1">');
    } else tell([bold("Not sent. "), said.refused ?? said.detail ?? "Something broke here. Try again."]);
  };
  const optimistic = (body) => {
    const bubble = document.createElement("div"), words = document.createElement("p"), under = document.createElement("p");
    bubble.className = "msg out staff sending";
    words.className = "bubble"; words.textContent = body;
    under.className = "under"; under.textContent = "You · Sending";
    bubble.append(words, under);
    desk.flow().append(bubble);
    desk.toEnd();
    return bubble;
  };
  // Photos that go with the text: how many and how large, refused before they are sent on their way for nothing.
  const MOST = 10, LARGEST = 30;
  const photos = () => [...($("photo")?.files ?? [])];
  const showPhotos = () => {
    const chosen = photos(), size = chosen.reduce((sum, file) => sum + file.size, 0) / 1048576, shown = $("attached");
    const wrong = chosen.length > MOST ? `${MOST} photos go with one text at most, and these are ${chosen.length}.` : size > LARGEST ? `Together these photos have ${Math.round(size)} MB; ${LARGEST} can be sent at once.` : "";
    tell(wrong ? [bold("Not added. "), wrong] : null);
    if (wrong) $("photo").value = "";
    const words = chosen.length === 1 ? chosen[0].name : `${chosen.length} photos, ${size < 0.1 ? "less than 0.1" : size.toFixed(1)} MB`;
    shown.textContent = wrong || !chosen.length ? "" : words;
    shown.title = chosen.map((file) => file.name).join(", ");
    $("unattach").hidden = wrong || !chosen.length;
  };
  document.addEventListener("click", (event) => { if (event.target.closest?.("#unattach")) { $("photo").value = ""; showPhotos(); $("photo").focus(); } });
  const wire = () => {
    count();
    const box = $("draft");
    if (!box) return;
    drafts.note ??= box.dataset.note ?? "";
  };
  document.addEventListener("click", (event) => {
    const saved = event.target.closest?.("[data-reply]"), box = $("draft");
    if (!saved || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    box.value = box.value.trim() ? `${box.value.trimEnd()} ${saved.dataset.reply}` : saved.dataset.reply;
    $("replies").open = false;
    count();
    keep();
    box.focus();
  });
  document.addEventListener("input", (event) => { if (event.target.id === "draft") { count(); keep(); desk.typing(); } });
  document.addEventListener("change", (event) => {
    if (event.target.id === "photo") { showPhotos(); return; }
    if (event.target.name !== "kind" || !event.target.closest("#composer")) return;
    const box = $("draft"), other = event.target.value === "note" ? "text" : "note";
    drafts[other] = box.value;
    box.value = drafts[event.target.value] ?? "";
    count();
    box.focus();
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.matches("[data-composer]")) { event.preventDefault(); await send(form); return; }
    if (!form.matches("[data-act]")) return;
    event.preventDefault();
    const answer = await post(form.action, new FormData(form)).catch(() => null);
    const said = await answer?.json().catch(() => ({}));
    if (!answer?.ok) { tell([bold("Not done. "), said?.refused ?? said?.detail ?? "There is no connection. Try again."]); return; }
    tell(null);
    form.closest("details")?.removeAttribute("open");
    document.activeElement?.blur();
    offerUndo(form.dataset);
    await desk.refreshThread();
  });

  // What was done by mistake is taken back for eight seconds. A text that has left cannot be, so sending never shows this.
  const UNDO_SECONDS = 8;
  let going = 0;
  const offerUndo = ({ done, undo, undoForm }) => {
    $("undo")?.remove();
    clearTimeout(going);
    if (!undo) return;
    const box = Object.assign(document.createElement("div"), { id: "undo", className: "undo over-composer" });
    const words = Object.assign(document.createElement("span"), { className: "grow", textContent: done });
    const back = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: "Undo " });
    box.setAttribute("role", "status");
    back.append(Object.assign(document.createElement("kbd"), { className: "desk", textContent: "Z" }));
    back.addEventListener("click", async () => {
      box.remove();
      const answer = await post(undo, new URLSearchParams(undoForm)).catch(() => null);
      if (!answer?.ok) { const said = await answer?.json().catch(() => ({})); tell([bold("Not undone. "), said?.refused ?? said?.detail ?? "There is no connection. Try again."]); }
      await desk.refreshThread();
    });
    box.append(words, back);
    $("composer").before(box);
    going = setTimeout(() => box.remove(), UNDO_SECONDS * 1000);
  };

  Object.assign(desk, { wire, tell });
})();
