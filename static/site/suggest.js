// Suggests actors, events and articles under a search box while the reader types. Without it, the box searches as ever.
"use strict";

const WAIT = 150;

for (const [number, input] of document.querySelectorAll("input[data-suggest]").entries()) {
  const list = document.createElement("ul");
  list.id = `suggestions-${number}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.suggestions);
  list.hidden = true;
  input.after(list);
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  let timer = 0;
  let asked = "";

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (step) => {
    const options = [...list.children];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = at < 0 ? (step > 0 ? 0 : options.length - 1) : at + step;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === next)));
    if (options[next]) input.setAttribute("aria-activedescendant", options[next].id);
    else input.removeAttribute("aria-activedescendant");
  };

  const show = (suggestions) => {
    list.replaceChildren(
      ...suggestions.map((suggestion, place) => {
        const option = document.createElement("li");
        const link = document.createElement("a");
        const kind = document.createElement("span");
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        link.href = suggestion.address;
        link.tabIndex = -1;
        const name = document.createElement("bdi");
        name.lang = "ar";
        name.textContent = suggestion.text;
        link.append(name);
        kind.className = "soft";
        kind.textContent = suggestion.label;
        link.append(" ", kind);
        option.append(link);
        return option;
      }),
    );
    list.hidden = suggestions.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    const typed = input.value.trim();
    asked = typed;
    if (!typed) return close();
    try {
      const response = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(typed)}`);
      const found = response.ok ? (await response.json()).suggestions : [];
      if (asked === typed && document.activeElement === input) show(found);
    } catch {
      close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      const link = list.querySelector('[aria-selected="true"] a');
      if (link) {
        event.preventDefault();
        location.assign(link.href);
      }
    }
  });
  input.addEventListener("blur", () => setTimeout(close, WAIT));
}
