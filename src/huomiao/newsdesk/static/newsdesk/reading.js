// Reading by keyboard: j and k go from paragraph to paragraph, r to the related items. Links do the rest.
const places = [...document.querySelectorAll(".news-body > *, #related-heading, #more-heading")];
let at = -1;

function go(to) {
  at = Math.min(Math.max(to, 0), places.length - 1);
  const place = places[at];
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") go(at + 1);
  else if (event.key === "k") go(at - 1);
  else if (event.key === "r") go(places.findIndex((place) => place.id === "related-heading"));
});
