// Review without reloading: each verdict is stored when it is given, by mouse or keyboard. Without it the form does the same.
"use strict";

const form = document.getElementById("verdicts");
const adding = document.getElementById("adding");
const items = [...document.querySelectorAll(".item")];
const message = document.querySelector("[data-message]");
const narrowings = document.querySelector("[data-narrowings]");
const STATES = { confirm: "confirmed", reject: "rejected" };
const WORDS = { confirmed: "مؤكد", rejected: "مرفوض", suggested: "مقترح" };
let at = Math.max(0, items.findIndex((item) => item.classList.contains("suggested")));
const rest = document.querySelector("[data-rest]");
let sending = Promise.resolve();
// How many verdicts the page shows that the server has not answered yet.
let unanswered = 0;
// Whether the page is being left by a button of its form, which takes along what is typed.
let leaving = false;

// The keys of items whose verdict could not be sent.
const failed = new Set();

// Shows a message; without one, the reminder of verdicts that could not be sent, as long as there are any.
const say = (text) => {
  message.textContent = text || (failed.size ? `قرارات لم تُحفظ: ${failed.size}. هي معلّمة، ويعيد «احفظ» إرسالها.` : "");
  message.hidden = !message.textContent;
};

const post = async (fields) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.status === 401 || answer.status === 403) {
    // The session has ended, or was renewed in another window: the whole form is sent as it stands, and the answer keeps it.
    leaving = true;
    form.requestSubmit(form.querySelector('[name="save"]'));
    return new Promise(() => {});
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const told = await answer.json();
  if (told.claim) form.elements.claim.value = told.claim;
  for (const [key, was] of Object.entries(told.was || {})) {
    const carried = document.getElementsByName(`was-${key}`)[0];
    if (carried) carried.value = was;
  }
  return told;
};

const count = (change) => {
  unanswered += change;
  const shown = document.querySelector("[data-unanswered]");
  shown.hidden = !unanswered;
  shown.querySelector("b").textContent = unanswered;
};

// What can be corrected of an item, and whether something was typed there that is not stored.
const corrections = (item) => [...item.querySelectorAll("details input, details select")];
const stored = (field) =>
  field.tagName === "SELECT" ? ([...field.options].find((one) => one.defaultSelected) || field.options[0])?.value : field.defaultValue;
const isTyped = (item) => corrections(item).some((field) => field.value.trim() !== (stored(field) ?? "").trim());
// Whether the item shows something that the server has not stored: what was typed, or a verdict that could not be sent.
const isUnsent = (item) => isTyped(item) || item.classList.contains("unsaved");
const chosen = (item) => (isTyped(item) ? "confirm" : item.querySelector('input[type="radio"]:checked')?.value);
const reasonOf = (error) => (/^\d+$/.test(error.message) ? `رمز الجواب ${error.message}` : "لا يجيب الخادم");
const isAdding = () => Boolean(adding && (adding.elements.quote.value.trim() || adding.elements.name.value.trim()));

const colour = (key, state) => {
  for (const node of [document.getElementById(key), ...document.querySelectorAll(`mark[data-key="${key}"]`)]) {
    node.classList.remove("suggested", "confirmed", "rejected");
    node.classList.add(state);
  }
  const open = items.filter((one) => one.classList.contains("suggested")).length;
  for (const shown of document.querySelectorAll("[data-open]")) shown.textContent = open;
};

const mark = (key, state) => {
  const item = document.getElementById(key);
  if (!item) return;
  colour(key, state);
  item.querySelector(".state").textContent = WORDS[state];
  const verdict = Object.keys(STATES).find((name) => STATES[name] === state);
  for (const radio of item.querySelectorAll('input[type="radio"]')) radio.checked = radio.value === verdict;
};

// What the server made of items: their lines and the article's are as they are stored. Where an editor went on typing
// meanwhile the line stays, and only says what it is now.
const wentOn = (item, sent) =>
  corrections(item).some((field) => field.value !== (field.name in sent ? sent[field.name] : stored(field) ?? ""));

const renew = (answer, sent) => {
  if (answer.head) document.querySelector(".review-head").innerHTML = answer.head;
  for (const [before, after] of Object.entries(answer.moved || {})) {
    const item = document.getElementById(before);
    if (!item || document.getElementById(after)) continue;
    item.id = item.dataset.key = after;
    for (const one of document.querySelectorAll(`mark[data-key="${before}"]`)) one.dataset.key = after;
  }
  for (const [key, html] of Object.entries(answer.items || {})) {
    const item = document.getElementById(key);
    if (!item) continue;
    const line = document.createElement("template");
    line.innerHTML = html;
    if (wentOn(item, sent)) {
      item.querySelector("strong").textContent = line.content.querySelector("strong").textContent;
      continue;
    }
    item.replaceChildren(line.content);
    item.classList.remove("unsaved");
    colour(key, answer.was[key].split("@")[0]);
  }
};

const offer = (one) => {
  const line = document.createElement("p");
  line.className = "narrowing";
  const others = one.others ? `مقالات أخرى اقتُرح فيها: ${one.others}. ` : "";
  line.append(`رُفض اسم «${one.name}» لـ${one.actor}. ${others}أتريد ألا يُقترح في النصوص بعد الآن؟ يبقى يوسع البحث. `);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = one.others ? "ضيّقه وارفض ما اقتُرح به" : "ضيّقه";
  button.addEventListener("click", async () => {
    await post({ narrow: one.alias, ...(one.others ? { reject_others: "on" } : {}) });
    line.remove();
    say(`لن يُقترح «${one.name}» في النصوص بعد الآن.`);
  });
  line.append(button);
  narrowings.append(line);
};

// Verdicts are sent one after the other, in the order given; what the server refuses goes back to what it was.
const decide = (deciding, verdict) => {
  const fields = {};
  const before = new Map();
  for (const item of deciding) {
    const { key } = item.dataset;
    before.set(key, ["suggested", "confirmed", "rejected"].find((state) => item.classList.contains(state)));
    fields[`verdict-${key}`] = verdict;
    for (const input of item.querySelectorAll('input[type="hidden"]')) fields[input.name] = input.value;
    if (isTyped(item)) for (const input of corrections(item)) fields[input.name] = input.value;
    mark(key, STATES[verdict]);
  }
  say("");
  count(deciding.length);
  sending = sending.then(async () => {
    try {
      const answer = await post(fields);
      const someFailed = failed.size > 0;
      for (const [key, state] of Object.entries(answer.states)) {
        const item = document.getElementById(key);
        if (!item) continue;
        failed.delete(key);
        mark(key, state);
        item.classList.toggle("unsaved", isTyped(item));
      }
      for (const [key, reason] of Object.entries(answer.refused)) {
        mark(key, before.get(key));
        say(reason);
      }
      renew(answer, fields);
      if (answer.summary && !Object.keys(answer.refused).length) say(answer.summary);
      else if (someFailed && !failed.size) say("");
      answer.narrowings.forEach(offer);
    } catch (error) {
      // The verdict stays chosen, so that «احفظ» sends it again.
      for (const [key, state] of before) {
        const item = document.getElementById(key);
        mark(key, state);
        item.classList.add("unsaved");
        failed.add(key);
        for (const radio of item.querySelectorAll('input[type="radio"]')) radio.checked = radio.value === verdict;
      }
      say(`قرارات لم تُحفظ (${reasonOf(error)}). هي معلّمة، ويعيد «احفظ» إرسالها.`);
    }
    count(-deciding.length);
  });
};

const go = (to, { scrolls = true } = {}) => {
  if (!items.length) return;
  at = Math.min(items.length - 1, Math.max(0, to));
  items.forEach((item, place) => item.classList.toggle("current", place === at));
  if (scrolls) items[at].scrollIntoView({ block: "nearest" });
  const mark = document.querySelector(`mark[data-key="${items[at].dataset.key}"]`);
  document.querySelectorAll("mark.current").forEach((one) => one.classList.remove("current"));
  if (mark) {
    document.querySelectorAll(`mark[data-key="${items[at].dataset.key}"]`).forEach((one) => one.classList.add("current"));
    if (scrolls) mark.scrollIntoView({ block: "nearest" });
  }
};

const settle = (verdict) => {
  if (!items[at]) return;
  decide([items[at]], verdict);
  const following = items.findIndex((item, place) => place > at && item.classList.contains("suggested"));
  go(following >= 0 ? following : at + 1);
};

// Closes the article once all that was typed is stored; asks first what becomes of what is left.
const finish = async (left = "") => {
  const unsent = items.filter(isUnsent);
  for (const item of unsent) decide([item], chosen(item));
  await sending;
  if (unsent.some(isUnsent)) return;
  if (isAdding()) {
    say("كتبت إضافة لم تُحفظ. اضغط «أضف»، أو امح ما كتبته.");
    adding.querySelector("details").open = true;
    adding.elements.quote.focus();
    return;
  }
  const fields = { done: "1", "was-article": form.elements["was-article"].value };
  if (left) {
    fields.rest = left;
    for (const item of items) fields[`was-${item.dataset.key}`] = document.getElementsByName(`was-${item.dataset.key}`)[0].value;
  }
  try {
    const answer = await post(fields);
    if (answer.next) {
      leaving = true;
      location.href = answer.next;
      return;
    }
    for (const [key, state] of Object.entries(answer.states)) mark(key, state);
    renew(answer, fields);
    say(Object.values(answer.refused).join(" "));
    if (answer.asks) ask();
  } catch (error) {
    say(`لم يُحفظ (${reasonOf(error)}). أعد المحاولة.`);
  }
};

// The choice that changes nothing has the focus, so that a second Enter decides nothing that was not read.
const ask = () => {
  document.querySelector("[data-rest-count]").textContent = document.querySelector("[data-open]").textContent;
  rest.hidden = false;
  rest.querySelector('[value="leave"]').focus();
};

// Offsets count code points of the body, as the archive's spans do; a paragraph tells at which it begins.
const offset = (node, place) => {
  const paragraph = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("p[data-start]");
  if (!paragraph) return null;
  const range = document.createRange();
  range.setStart(paragraph, 0);
  range.setEnd(node, place);
  return Number(paragraph.dataset.start) + [...range.toString()].length;
};

const select = () => {
  const selection = getSelection();
  if (!adding || selection.isCollapsed || !selection.rangeCount) return false;
  const range = selection.getRangeAt(0);
  const start = offset(range.startContainer, range.startOffset);
  const end = offset(range.endContainer, range.endOffset);
  if (start === null || end === null) return false;
  const raw = range.toString();
  const lead = raw.length - raw.trimStart().length;
  const quote = raw.trim();
  adding.elements.quote.value = quote;
  adding.elements.start.value = start + [...raw.slice(0, lead)].length;
  adding.elements.end.value = Number(adding.elements.start.value) + [...quote].length;
  adding.elements.kind.value = /[0-9٠-٩]/.test(quote) ? "figure" : "actor";
  adding.querySelector("details").open = true;
  adding.elements.kind.focus();
  return true;
};

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    const item = event.target.closest(".item");
    at = items.indexOf(item);
    decide([item], event.target.value);
  });
  // What is corrected is confirmed with it: the choice is marked as soon as something is typed.
  form.addEventListener("input", (event) => {
    const item = event.target.closest(".item");
    if (!item || !event.target.closest("details")) return;
    const typed = isTyped(item);
    item.classList.toggle("unsaved", typed);
    const state = ["confirmed", "rejected"].find((one) => item.classList.contains(one));
    for (const radio of item.querySelectorAll('input[type="radio"]')) {
      radio.checked = typed ? radio.value === "confirm" : STATES[radio.value] === state;
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=submit]), select")) return;
    const item = event.target.closest(".item");
    if (item && event.target.closest("details")) {
      event.preventDefault();
      if (isTyped(item)) decide([item], "confirm");
    } else if (event.target.closest("#adding")) {
      event.preventDefault();
      adding.querySelector('[name="add"]').click();
    }
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "done" || event.submitter?.name === "rest") {
      event.preventDefault();
      finish(event.submitter.name === "rest" ? event.submitter.value : "");
      return;
    }
    if (unanswered && !leaving) {
      // The page stays until its verdicts are stored: leaving it would take back those that were not sent.
      event.preventDefault();
      sending.then(() => form.requestSubmit(event.submitter));
      return;
    }
    leaving = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && (unanswered || items.some(isUnsent) || isAdding())) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (leaving || !form.elements.claim.value) return;
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "claim"]) body.set(name, form.elements[name].value);
    navigator.sendBeacon(form.dataset.release, body);
  });
  // A page brought back from the browser's memory knows nothing of what was decided since.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  adding?.elements.kind.addEventListener("change", () => {
    adding.elements.name.dataset.names = adding.elements.kind.value === "event" ? "event" : "actor";
  });
  for (const one of document.querySelectorAll("mark[data-key]")) {
    one.addEventListener("click", (event) => {
      event.preventDefault();
      go(items.findIndex((item) => item.dataset.key === one.dataset.key));
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]), select, textarea, button, summary, a");
    if (event.key === "Escape" && !rest.hidden) rest.hidden = true;
    if (event.key === "Escape" && typing) typing.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      j: () => go(at + 1), k: () => go(at - 1), y: () => settle("confirm"), n: () => settle("reject"),
      Y: () => decide(items.filter((item) => item.classList.contains("suggested")), "confirm"),
      e: () => {
        const details = items[at]?.querySelector("details");
        if (!details) return;
        details.open = true;
        details.querySelector("input, select").focus();
      },
      a: select,
      s: () => form.querySelector('[name="skip"]').click(),
      Enter: () => finish(),
    };
    // Keys are those of the place on an Arabic keyboard, too.
    const arabic = { ت: "j", ن: "k", غ: "y", ى: "n", ث: "e", ش: "a", س: "s", إ: "Y" };
    const act = keys[event.key] || keys[arabic[event.key]];
    if (!act) return;
    event.preventDefault();
    act();
  });
  go(at, { scrolls: false });
}
