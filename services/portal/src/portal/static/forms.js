// Small helps in forms; without this script everything still works.

for (const all of document.querySelectorAll("[data-check-all]")) {
  const boxes = () => all.closest("form").querySelectorAll('input[name="machine_id"]');
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
}

for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => confirm(form.dataset.confirm) || event.preventDefault());
}
