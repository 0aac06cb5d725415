// Opens the text of an article's form without asking the server, so that what was typed in other fields stays.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("edit-body");
  const body = document.getElementById("id_body");
  if (!button || !body) return;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const flag = document.createElement("input");
    flag.type = "hidden";
    flag.name = "edit_body";
    flag.value = "1";
    body.form.append(flag);
    body.removeAttribute("readonly");
    body.focus();
    button.remove();
  });
});
