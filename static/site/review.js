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
let sending = Promise.resolve();

const say = (text) => {
  message.textContent = text;
  message.hidden = !text;
};

const post = async (fields) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answer = await fetch(location.href, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
};

const mark = (key, state) => {
  const item = document.getElementById(key);
  if (!item) return;
  for (const node of [item, ...document.querySelectorAll(`mark[data-key="${key}"]`)]) {
    node.classList.remove("suggested", "confirmed", "rejected");
    node.classList.add(state);
  }
  item.querySelector(".state").textContent = WORDS[state];
  const verdict = Object.keys(STATES).find((name) => STATES[name] === state);
  const radio = verdict && item.querySelector(`input[type="radio"][value="${verdict}"]`);
  if (radio) radio.checked = true;
  document.querySelector("[data-open]").textContent = items.filter((one) => one.classList.contains("suggested")).length;
};

const offer = (one) => {
  const line = document.createElement("p");
  line.className = "narrowing";
  const others = one.others ? `وهو مقترح في ${one.others} غيره. ` : "";
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
const decide = (chosen, verdict) => {
  const fields = {};
  const before = new Map();
  for (const item of chosen) {
    const { key } = item.dataset;
    before.set(key, ["suggested", "confirmed", "rejected"].find((state) => item.classList.contains(state)));
    fields[`verdict-${key}`] = verdict;
    for (const input of item.querySelectorAll('input[type="hidden"], details[open] input, details[open] select')) {
      fields[input.name] = input.value;
    }
    mark(key, STATES[verdict]);
  }
  say("");
  sending = sending.then(async () => {
    try {
      const answer = await post(fields);
      for (const [key, state] of Object.entries(answer.states)) {
        const was = document.getElementsByName(`was-${key}`)[0];
        if (was) was.value = state;
      }
      for (const [key, reason] of Object.entries(answer.refused)) {
        mark(key, before.get(key));
        say(reason);
      }
      answer.narrowings.forEach(offer);
    } catch (error) {
      for (const [key, state] of before) mark(key, state);
      say(`لم يُحفظ آخر قرار (${error.message}). أعد المحاولة.`);
    }
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

const finish = async () => {
  await sending;
  try {
    location.href = (await post({ done: "1" })).next;
  } catch (error) {
    say(`لم يُحفظ (${error.message}). أعد المحاولة.`);
  }
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
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name !== "done") return;
    event.preventDefault();
    finish();
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
      Enter: finish,
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
