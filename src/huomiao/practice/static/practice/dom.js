// Elements made by hand: text is always text, never markup, so nothing that a question says can run.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

// The page's words: `{{ words|json_script:"practice-words" }}`, so that scripts speak the reader's language.
const words = JSON.parse(document.getElementById("practice-words")?.textContent ?? "{}");

export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const SVG = "http://www.w3.org/2000/svg";

// An icon that the page holds in a <template data-icon="name">.
export function icon(name) {
  const template = document.querySelector(`template[data-icon="${name}"]`);
  return template ? template.content.firstElementChild.cloneNode(true) : document.createElementNS(SVG, "svg");
}

export function letter(place) {
  return place < 26 ? String.fromCharCode(65 + place) : String(place + 1);
}

// A time of the server's as clocks show it where the site is, whatever zone the device thinks it is in.
export function localTime(value, options = { dateStyle: "medium", timeStyle: "medium" }) {
  const { lang, dataset } = document.documentElement;
  return new Date(value).toLocaleString(lang, { timeZone: dataset.timeZone, ...options });
}
