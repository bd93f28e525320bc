// Small helps in forms; without this script everything still works.

for (const all of document.querySelectorAll("[data-check-all]")) {
  const boxes = () => all.closest("form").querySelectorAll('input[name="machine_id"]');
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => confirm(form.dataset.confirm) || event.preventDefault());
}

for (const list of document.querySelectorAll("[data-searchable]")) {
  const search = list.querySelector("[data-search]");
  const labels = [...list.querySelectorAll("label")];
  const chosen = list.querySelector("[data-chosen]");
  search.hidden = false;
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    for (const label of labels) label.hidden = !label.textContent.toLowerCase().includes(wanted);
  });
  list.addEventListener("change", () => {
    const count = list.querySelectorAll("input:checked").length;
    chosen.textContent = count ? `${count} chosen` : "";
  });
}
