// Pictures, sound and film of a question. Nothing heavy is fetched before somebody asks for it.
import { h, say } from "./dom.js";

export function media(items) {
  if (!items?.length) return null;
  return h("span", { class: "media" }, ...items.map(one));
}

function one(item) {
  const address = `/practice/media/${item.file}/`;
  if (item.kind === "audio") return h("audio", { src: address, controls: true, preload: "none", "aria-label": item.alt });
  if (item.kind === "video") {
    return h("video", { src: address, controls: true, preload: "none", playsinline: true, "aria-label": item.alt });
  }
  return h("img", { src: address, alt: item.alt || say("picture"), loading: "lazy", decoding: "async" });
}
