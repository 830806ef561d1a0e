// The browser's own print dialog, and a word before codes that are shown once are left.
let isPrinted = false;

document.querySelector("[data-print]")?.addEventListener("click", () => print());
addEventListener("afterprint", () => {
  isPrinted = true;
});
addEventListener("beforeunload", (event) => {
  if (!isPrinted && document.querySelector(".ticket")) event.preventDefault();
});
