// Offers names for fields that take the name of an actor, an event or a source. Without it, names are typed whole.
"use strict";

document.addEventListener("input", (event) => {
  const input = event.target.closest("input[data-names]");
  if (!input) return;
  clearTimeout(input.waiting);
  input.waiting = setTimeout(async () => {
    if (input.value.trim().length < 2) return;
    const address = new URL(`/admin/names/${input.dataset.names}/`, location.origin);
    address.searchParams.set("q", input.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    let list = document.getElementById(`names-${input.name}`);
    if (!list) {
      list = document.createElement("datalist");
      list.id = `names-${input.name}`;
      input.after(list);
      input.setAttribute("list", list.id);
    }
    const { names } = await answer.json();
    list.replaceChildren(...names.map((name) => new Option(name, name)));
  }, 150);
});
