// data-confirm="sentence" on a button or link asks first, in the page's own dialog (its words are in base.html).
document.addEventListener(
  "click",
  (event) => {
    const pressed = event.target.closest("[data-confirm]");
    if (!pressed || pressed.dataset.confirmed) return;
    const dialog = document.getElementById("confirm-dialog");
    if (!dialog) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    dialog.querySelector("[data-confirm-text]").textContent = pressed.dataset.confirm;
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        pressed.dataset.confirmed = "yes";
        pressed.click();
        delete pressed.dataset.confirmed;
      },
      { once: true },
    );
    dialog.showModal();
  },
  true,
);
