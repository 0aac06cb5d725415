// Asks before a page of the desk is left with something typed and not sent. The review screen has a rule of its own (review.js).
"use strict";

let sent = false;
const typed = (form) =>
  [...form.elements].some((field) => {
    if (["hidden", "password", "submit", "button"].includes(field.type) || !field.name || field.closest(".actions, #changelist-search")) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.type === "file") return field.files.length > 0;
    if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.value !== field.dataset.shown;
    return field.value !== field.defaultValue;
  });
const forms = () => [...document.querySelectorAll('#content form[method="post"]:not([data-leaving-own]):not(#changelist-form)')];

// A browser fills in what it remembers of the page; what is shown once the page is ready counts as its beginning.
addEventListener("load", () => {
  for (const form of forms()) for (const field of form.querySelectorAll("select")) field.dataset.shown = field.value;
});
addEventListener("submit", () => {
  sent = true;
});
addEventListener("beforeunload", (event) => {
  if (!sent && forms().some(typed)) event.preventDefault();
});
