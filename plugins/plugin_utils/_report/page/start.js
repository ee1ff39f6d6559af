/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// Wires the page: filters, what the address keeps, theme, print.
function showFilters() {
  for (const state of WORST_FIRST) {
    if (!countOf(state)) continue;
    const press = () => {
      if (!VIEW.states.delete(state)) VIEW.states.add(state);
      redraw();
    };
    at("states").append(make("button", { type: "button", class: "chip", "data-state": state, "aria-pressed": "false", onclick: press }, mark(state), stateWord(state) + " ", make("b", {}, number(countOf(state)))));
  }
  const option = (value, words) => make("option", { value: value }, words);
  const cases = [...new Set(ACCOUNTS.map((account) => account.case))].sort();
  at("case").append(option("", "Any"), ...cases.map((one) => option(one, plainWords(one))));
  at("link").append(option("", "Any link"), ...DATA.links.map((link) => option(link, linkWord(link))));
  at("order").append(...Object.entries(ORDERS).map(([key, words]) => option(key, words)), make("option", { value: "", disabled: true, hidden: true }, "By a link"));
  const listen = (id, event, set) => at(id).addEventListener(event, () => { set(at(id).value); redraw(); });
  listen("search", "input", (value) => { VIEW.search = value; });
  listen("case", "change", (value) => { VIEW.case = value; });
  listen("link", "change", (value) => { VIEW.link = value; VIEW.codes = ""; });
  listen("order", "change", (value) => { VIEW.order = value; VIEW.isDown = isDownAtFirst(value); });
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  at("reset").addEventListener("click", () => { reset(); redraw(); at("search").focus(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      at("search").focus();
    }
  });
}
function reset() {
  Object.assign(VIEW, { states: new Set(), search: "", case: "", link: "", codes: "", order: "state", isDown: true });
}
function showMatrix() {
  const row = make("tr", { role: "row" });
  const heading = (order, words, kind) => {
    const press = () => {
      VIEW.isDown = VIEW.order === order ? !VIEW.isDown : isDownAtFirst(order);
      VIEW.order = order;
      redraw();
    };
    const about = LINK_WORDS[order.replace("link:", "")];
    return make("th", { role: "columnheader", scope: "col", class: kind, "data-order": order, title: about && order.startsWith("link:") ? about[1] : null }, make("button", { type: "button", onclick: press }, make("span", {}, words)));
  };
  row.append(...COLUMNS.map(([order, words, kind]) => heading(order, words, "c-" + kind)));
  row.append(...DATA.links.map((link) => heading("link:" + link, linkWord(link), "c-link" + (PARTS.includes(link) ? " part" : ""))));
  at("matrix-head").append(row);
  at("matrix").style.setProperty("--links", DATA.links.length);
  at("matrix-body").addEventListener("click", (event) => {
    const row = event.target.closest("tr.account");
    if (row && !String(getSelection())) toggle(row);
  });
  at("more").addEventListener("click", () => drawSlice(200));
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && !at("more").hidden && scrollY > 0) drawSlice(SLICE);
  }, { rootMargin: "600px" }).observe(at("more-place"));
}
function showLegend() {
  const states = make("dl", {});
  for (const state of STATES) states.append(make("dt", {}, mark(state), stateWord(state)), make("dd", {}, STATE_WORDS[state][1]));
  const links = make("dl", {});
  for (const link of DATA.links) links.append(make("dt", {}, linkWord(link)), make("dd", {}, (LINK_WORDS[link] || ["", ""])[1]));
  fill(at("legend"), states, links);
}

function chooseState(state) { reset(); VIEW.states.add(state); redraw(); at("accounts").scrollIntoView(); }
function chooseTask(task) {
  reset();
  VIEW.states.add(task.kind);
  if (task.link) Object.assign(VIEW, { link: task.link, codes: task.codes.join(" ") });
  redraw();
  at("accounts").scrollIntoView();
}
function openAccount(account) {
  reset();
  VIEW.search = account.id;
  redraw();
  const row = at("matrix-body").querySelector('tr.account[data-index="' + account.index + '"]');
  if (row) {
    toggle(row, true);
    row.querySelector(".open").focus({ preventScroll: true });
  }
  at("accounts").scrollIntoView();
}

// So that a view can be kept as a bookmark; a file's page may not always do that, and no browser does it many times a second.
let keeping = 0;
function keepInAddress() {
  clearTimeout(keeping);
  keeping = setTimeout(keepNow, 250);
}
function keepNow() {
  const kept = new URLSearchParams();
  if (VIEW.states.size) kept.set("state", [...VIEW.states].join(","));
  for (const key of ["search", "case", "link"]) if (VIEW[key]) kept.set(key, VIEW[key]);
  if (VIEW.order !== "state") kept.set("order", VIEW.order);
  try {
    history.replaceState(null, "", String(kept) ? "#" + kept : location.pathname + location.search);
  } catch (problem) {
    return;
  }
}
function readAddress() {
  const kept = new URLSearchParams(location.hash.slice(1));
  VIEW.states = new Set((kept.get("state") || "").split(",").filter((state) => WORST_FIRST.includes(state)));
  VIEW.search = kept.get("search") || "";
  const order = kept.get("order") || "state";
  if (ORDERS[order] || DATA.links.includes(order.replace("link:", ""))) Object.assign(VIEW, { order: order, isDown: isDownAtFirst(order) });
  if (DATA.links.includes(kept.get("link"))) VIEW.link = kept.get("link");
  if (ACCOUNTS.some((account) => account.case === kept.get("case"))) VIEW.case = kept.get("case");
}

const THEMES = { auto: "As the device", light: "Light", dark: "Dark" };
function theme(value) {
  const root = document.documentElement;
  if (value === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", value);
  fill(at("theme"), icon("theme"), make("span", {}, THEMES[value]));
  at("theme").setAttribute("aria-label", "Colours: " + THEMES[value].toLowerCase() + ". Change");
}
function startTheme() {
  let value = "auto";
  const kept = (change) => { try { return change(); } catch (problem) { return null; } };
  const before = kept(() => localStorage.getItem("finops-report-theme"));
  if (THEMES[before]) value = before;
  theme(value);
  at("theme").addEventListener("click", () => {
    const all = Object.keys(THEMES);
    value = all[(all.indexOf(value) + 1) % all.length];
    theme(value);
    kept(() => localStorage.setItem("finops-report-theme", value));
  });
}

// On paper all that is chosen, as far as that is bearable.
addEventListener("beforeprint", () => {
  for (const task of at("tasks").querySelectorAll("details")) task.open = true;
  if (drawn < Math.min(PRINTED, chosen.length)) drawSlice(PRINTED - drawn);
  if (chosen.length > drawn) {
    at("cut").hidden = false;
    at("cut").textContent = number(chosen.length - drawn) + " more accounts are in report.csv, and not on paper.";
  }
});

startTheme();
showHead();
showCoverage();
showTasks();
showChanges();
showUnconnected();
showFilters();
showMatrix();
showLegend();
readAddress();
redraw();
document.documentElement.setAttribute("data-ready", "");
