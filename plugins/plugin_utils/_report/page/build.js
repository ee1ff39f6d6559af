/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// Elements. Texts become text nodes, never markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

function at(id) { return document.getElementById(id); }

function make(tag, about, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(about || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
function fill(place, ...children) { place.replaceChildren(...children.filter((child) => child)); }

// Copies of one drawing each, which cost a browser much less than references to a symbol.
const DRAWINGS = new Map();
function icon(name) {
  const known = STATE_WORDS[name] || ["copy", "theme"].includes(name) ? name : "unknown";
  if (!DRAWINGS.has(known)) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    for (const path of at("i-" + known).children) svg.append(path.cloneNode());
    DRAWINGS.set(known, svg);
  }
  return DRAWINGS.get(known).cloneNode(true);
}
function mark(state) { return make("span", { class: "mark s-" + safeState(state) }, icon(state)); }
const SAID = new Map();
// A mark that says its state to those who do not see it.
function saidMark(state) {
  if (!SAID.has(state)) {
    const one = mark(state);
    one.setAttribute("role", "img");
    one.setAttribute("aria-label", stateWord(state));
    SAID.set(state, one);
  }
  return SAID.get(state).cloneNode(true);
}
function pill(state) { return make("span", { class: "pill s-" + safeState(state) }, icon(state), stateWord(state)); }
function safeState(state) { return STATE_WORDS[state] ? state : "unknown"; }
function hidden(text) { return make("span", { class: "hidden" }, text); }
function name(text) { return make("bdi", { class: "name" }, text || "without a name"); }
function accountId(text) { return make("span", { class: "id" }, text); }

// Lets the browser copy a text, the old way where a page of plain http may not use the clipboard.
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (problem) {
    const area = make("textarea", { class: "hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    return copied;
  }
}
function copyButton(text, what, words) {
  const label = make("span", {}, words || "Copy");
  const button = make("button", { type: "button", class: "copy", "aria-label": (words || "Copy") + ": " + what }, icon("copy"), label);
  button.addEventListener("click", async (event) => {
    event.stopPropagation();
    const copied = await copyText(text);
    label.textContent = copied ? "Copied" : "Select it, please";
    at("told").textContent = copied ? "Copied: " + what : "The browser does not let this page copy.";
    button.classList.toggle("done", copied);
    setTimeout(() => {
      label.textContent = words || "Copy";
      button.classList.remove("done");
      at("told").textContent = "";
    }, 1800);
  });
  return button;
}
function command(text) {
  return make("div", { class: "command" }, make("code", {}, text), copyButton(text, "command"));
}
function snippet(text, what) {
  return make("div", { class: "command snippet" }, make("pre", { tabindex: "0", "aria-label": what }, text), copyButton(text, what));
}

// A list that shows its first entries, and more of them when asked.
function sliced(place, rows, build, first, step) {
  let shown = 0;
  const more = make("button", { type: "button", class: "text more", onclick: () => show(step) });
  const holder = make("p", { class: "more-place" }, more);
  function show(count) {
    const from = shown;
    shown = Math.min(rows.length, shown + count);
    place.append(...rows.slice(from, shown).map(build));
    more.textContent = moreWords(step, rows.length - shown);
    if (shown < rows.length) place.after(holder);
    else holder.remove();
    if (from) place.children[from].querySelector("button, summary, a")?.focus();
  }
  place.replaceChildren();
  show(first);
}
