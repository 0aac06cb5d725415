// Changes the colours where the reader is; without it, the same link opens a page with the same choice.
"use strict";

const YEAR = 31536000;
const link = document.querySelector("[data-themes]");
const themes = JSON.parse(link.dataset.themes);
const told = link.lastElementChild;

const chosen = () => document.documentElement.dataset.theme ?? "system";

link.setAttribute("role", "button");
link.addEventListener("click", (event) => {
  event.preventDefault();
  const order = Object.keys(themes);
  const next = order[(order.indexOf(chosen()) + 1) % order.length];
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${next}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
  told.textContent = themes[next];
});
link.addEventListener("keydown", (event) => {
  if (event.key === " ") {
    event.preventDefault();
    link.click();
  }
});
