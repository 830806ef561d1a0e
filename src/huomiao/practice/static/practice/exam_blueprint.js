// The blueprint's sum as one types; what the banks hold is asked of the server when a line is left.
const form = document.querySelector("[data-blueprint]");

form?.addEventListener("input", () => {
  let questions = 0;
  let points = 0;
  for (const line of form.querySelectorAll(".blueprint-line")) {
    if (line.querySelector("[name$=-DELETE]")?.checked) continue;
    const count = Number(line.querySelector("[data-count]").value) || 0;
    questions += count;
    points += count * (Number(line.querySelector("[data-points]").value) || 0);
  }
  const sum = form.querySelector("[data-sum]");
  if (sum) sum.textContent = sum.dataset.sum.replace("QQ", questions).replace("PP", String(Number(points.toFixed(1))));
});
