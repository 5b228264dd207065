// The simulator: rings, writes and shows what the carrier saw. Plain browser code, no dependencies.
"use strict";

const $ = (id) => document.getElementById(id);
const HIDDEN = "+266696687";
const TROUBLE = ["t-repeat", "t-reorder", "t-undeliverable", "t-slow", "t-lost"];
const RING_SECONDS = 3;
const ENDS = { "no-answer": "no answer", busy: "the line was busy", failed: "the shop could not be reached", canceled: "you hung up" };
let how = "no_answer";
let filter = "all";
let call = null;
let missed = null;
let first = null;

const time = (iso, precise) => new Date(iso).toLocaleTimeString("en-US", precise
  ? { hour: "numeric", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false }
  : { hour: "numeric", minute: "2-digit" });
const pretty = (number) => number === HIDDEN ? "Hidden number" : number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
const homeowner = () => $("from").value === "other" ? $("other").value.trim() : $("from").value;

async function act(action, body) {
  $("problem").textContent = "";
  try {
    const answer = await fetch(`/phone/api/${action}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error || "The carrier refused it.");
    return told;
  } catch (error) {
    $("problem").textContent = `${error.message} Check the number, or whether the stack is still running.`;
    return null;
  }
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i i-14");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#${name}`);
  svg.append(use);
  return svg;
}

function bubble(line) {
  const mine = line.direction === "in";
  const other = mine ? line.from_number : line.to_number;
  const made = element("p", line.body, mine ? "me" : "");
  made.dataset.with = other;
  made.hidden = other !== homeowner();
  $("sms").append(made);
  $("sms").scrollTop = $("sms").scrollHeight;
}

function remark(text, other, about) {
  for (const each of $("sms").querySelectorAll("small")) if (about && each.dataset.about === about) each.remove();
  const made = element("small", text);
  if (about) made.dataset.about = about;
  made.dataset.with = other;
  made.hidden = other !== homeowner();
  $("sms").append(made);
}

function logged(line, group, picture, title, detail, result, strong) {
  $("empty").hidden = true;
  const item = element("li");
  item.dataset.group = group;
  item.hidden = filter !== "all" && filter !== group;
  const what = element("div");
  what.append(element("span", title, "path"), element("br"), element("span", detail, "soft"));
  item.append(element("time", time(line.at, true)), icon(picture), what, element("span", result, `nowrap ${strong ? "strong" : "muted"}`));
  $("log").append(item);
  while ($("log").children.length > 200) $("log").firstChild.remove();
  const box = getComputedStyle($("log")).overflowY === "auto" ? $("log") : $("log").parentElement;
  box.scrollTop = box.scrollHeight;
}

function took(line) {
  if (line.status === "by the carrier") return;
  if (first && first.to_number === line.to_number && first.body === line.body) $("repeats").textContent = " The same text came more than once.";
  if (missed === null || line.to_number !== missed.who) return;
  first = line;
  const milliseconds = Math.max(1, new Date(line.at) - new Date(missed.at));
  missed = null;
  $("took").textContent = milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
  $("repeats").textContent = $("t-repeat").checked ? " Each callback was delivered twice; nothing happened twice." : "";
  $("banner").hidden = false;
}

function pictureOf(line, group) {
  if (group === "sms") return line.summary === "delivered" ? "i-check-check" : "i-message-square";
  return /dial-complete|status/.test(line.route) ? "i-phone-missed" : "i-phone-incoming";
}

function howItEnded(line) {
  if (line.end === "completed") return line.bridged ? "You spoke with the shop" : "The shop’s voicemail took the call";
  return `You called ${time(line.at)} · ${ENDS[line.end] || line.end} after ${line.rang_seconds} s`;
}

const show = {
  callback(line) {
    const group = line.route.startsWith("voice") ? "voice" : "sms";
    const result = line.status === 0 ? "no answer" : line.repeat ? `${line.status} · repeat` : `${line.status} · ${line.milliseconds} ms`;
    logged(line, group, pictureOf(line, group), line.route, line.repeat ? "Same again" : line.summary, result, !line.repeat && line.status === 200);
  },
  text(line) {
    bubble(line);
    if (line.direction !== "out") return;
    took(line);
    logged(line, "sms", "i-send", "Messages", `${line.body.length} characters to ${pretty(line.to_number)}`, line.status, true);
  },
  call(line) {
    if (line.status === "ringing") {
      call = { sid: line.sid, who: line.from_number, dialled: false };
      remark(`You call at ${time(line.at)} …`, line.from_number, line.sid);
    } else if (line.status === "dialled") {
      remark(howItEnded(line), line.from_number, line.sid);
      if (call && call.sid === line.sid) call.dialled = true;
      if (!line.bridged) missed = { at: line.at, who: line.from_number };
    } else if (call && call.sid === line.sid) {
      if (!call.dialled) {
        remark(`The call ended at ${time(line.at)}`, line.from_number, line.sid);
        missed = { at: line.at, who: line.from_number };
      }
      call = null;
    }
    $("hangup").disabled = call === null;
  },
  delivery(line) {
    if (line.status === "undelivered") remark(`A text did not arrive (code ${line.code})`, line.to_number);
  },
  reset() {
    call = missed = first = null;
    $("hangup").disabled = true;
    $("sms").replaceChildren();
    $("log").replaceChildren();
    $("banner").hidden = true;
    $("empty").hidden = false;
  },
};

function listen() {
  const events = new EventSource("/phone/api/events");
  events.onopen = () => show.reset();
  events.onmessage = (event) => { const line = JSON.parse(event.data); if (show[line.kind]) show[line.kind](line); };
}

function choose(group, attribute, pressed) {
  for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === pressed));
  return pressed.dataset[attribute];
}

function otherPhone() {
  $("other-field").hidden = $("from").value !== "other";
  for (const each of $("sms").children) each.hidden = each.dataset.with !== homeowner();
}

function trouble() {
  return act("faults", {
    repeat: $("t-repeat").checked ? 2 : 1, reorder: $("t-reorder").checked, send: $("t-lost").checked ? "accept_then_drop" : $("t-slow").checked ? "slow" : "ok",
    undeliverable: $("t-undeliverable").checked ? { "*": 30003 } : {},
  });
}

async function knownTrouble() {
  const told = await (await fetch("/phone/api/faults")).json();
  $("t-repeat").checked = told.repeat > 1;
  $("t-reorder").checked = told.reorder;
  $("t-undeliverable").checked = "*" in told.undeliverable;
  $("t-slow").checked = told.send === "slow";
  $("t-lost").checked = told.send === "accept_then_drop";
}

async function lines() {
  const found = await (await fetch("/phone/api/lines")).json();
  $("line").replaceChildren(...found.map((line) => { const made = element("option", pretty(line.number)); made.value = line.number; return made; }));
  $("who").textContent = found.length ? pretty(found[0].number) : "No line yet";
  $("ring").disabled = found.length === 0;
}

$("from").addEventListener("change", otherPhone);
$("other").addEventListener("input", otherPhone);
$("line").addEventListener("change", () => { $("who").textContent = pretty($("line").value); });
$("how").addEventListener("click", (event) => { if (event.target.dataset.how) how = choose($("how"), "how", event.target); });
$("filter").addEventListener("click", (event) => {
  if (!event.target.dataset.filter) return;
  filter = choose($("filter"), "filter", event.target);
  for (const item of $("log").children) item.hidden = filter !== "all" && item.dataset.group !== filter;
});
for (const id of TROUBLE) $(id).addEventListener("change", trouble);
for (const [one, other] of [["t-slow", "t-lost"], ["t-lost", "t-slow"]]) $(one).addEventListener("change", () => { if ($(one).checked && $(other).checked) { $(other).checked = false; trouble(); } });
$("ring").addEventListener("click", () => {
  $("banner").hidden = true;
  first = null;
  if (matchMedia("(max-width: 760px)").matches) document.querySelector(".stage").scrollIntoView({ block: "start" });
  act("ring", { from_number: homeowner(), to_number: $("line").value, how, ring_seconds: $("t-real").checked ? null : RING_SECONDS });
});
$("hangup").addEventListener("click", () => call && act("hangup", { sid: call.sid }));
$("reset").addEventListener("click", async () => {
  for (const id of [...TROUBLE, "t-real"]) $(id).checked = false;
  await act("reset", {});
});
$("quick").addEventListener("click", (event) => {
  if (event.target.tagName === "BUTTON") act("text", { from_number: homeowner(), to_number: $("line").value, body: event.target.textContent });
});
$("type").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = $("body").value.trim();
  if (!body) return;
  if (await act("text", { from_number: homeowner(), to_number: $("line").value, body })) $("body").value = "";
});
const tick = () => { $("clock").textContent = time(new Date().toISOString()).replace(/ [AP]M$/, ""); };
tick();
setInterval(tick, 10000);
Promise.all([lines(), knownTrouble()]).then(listen, () => { $("problem").textContent = "The carrier does not answer. Check whether the stack is still running, then load this page again."; });
