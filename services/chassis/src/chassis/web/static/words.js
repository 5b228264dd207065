// The page of automation's words: what leaves, how many texts it costs, fields put in where the cursor is.
"use strict";
(() => {
  const form = document.querySelector("[data-words]");
  if (!form) return;
  const box = form.elements.body, fields = JSON.parse(form.dataset.fields);
  const meter = form.querySelector("[data-meter]"), count = form.querySelector("[data-count]"), dear = form.querySelector("[data-dear]");
  const preview = document.querySelector("[data-preview]"), shown = document.querySelector("[data-shown]");
  const filled = (body) => body.replace(/\{([a-z_]+)(?:\|([^{}|]*))?\}/g, (whole, name, words) => fields[name] || words || whole);
  const texts = (number) => `${number} ${number === 1 ? "text" : "texts"}`;

  const bars = ({ units, segments }, one, many, warns) => {
    const size = segments > 1 ? many : one, cells = Math.max(4, segments);
    meter.classList.toggle("warn", warns);
    meter.replaceChildren(...Array.from({ length: Math.min(cells, 11) }, (_, index) => {
      const cell = document.createElement("i"), rest = Math.min(1, Math.max(0, (units - index * size) / size));
      if (rest > 0) { cell.className = "on"; cell.style.setProperty("--fill", `${Math.round(rest * 100)}%`); }
      return cell;
    }));
  };
  const warn = (body, length) => {
    const letters = window.segments.dear(body), plain = window.segments.measure(window.segments.plain(body));
    const warns = letters.length > 0 && plain.segments < length.segments;
    dear.hidden = !warns;
    if (warns) dear.querySelector("p").textContent = `${letters.join(" ")} makes this ${texts(length.segments)}. With plain letters it would be ${plain.segments}.`;
    return warns;
  };
  const look = () => {
    const body = filled(box.value), length = window.segments.measure(body), gsm = length.encoding === "GSM-7";
    count.textContent = `${texts(length.segments)}, ${[...body].length} characters`;
    preview.textContent = body;
    shown.textContent = `sent as ${texts(length.segments)}${length.segments > 1 ? ", shown as one" : ""}`;
    bars(length, gsm ? 160 : 70, gsm ? 153 : 67, warn(body, length));
  };

  box.addEventListener("input", look);
  dear.querySelector("button").addEventListener("click", () => { box.value = window.segments.plain(box.value); look(); box.focus(); });
  const pills = form.querySelector("[data-pills]");
  if (pills) pills.hidden = false;
  for (const pill of form.querySelectorAll("[data-put]")) {
    pill.addEventListener("click", () => { box.setRangeText(pill.dataset.put, box.selectionStart, box.selectionEnd, "end"); look(); box.focus(); });
  }
  const original = form.querySelector("[data-original]");
  if (original) {
    original.hidden = false;
    original.addEventListener("click", () => { box.value = original.dataset.original; look(); box.focus(); });
  }
  look();
})();
