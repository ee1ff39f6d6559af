/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// The matrix of accounts and links: filters, order, and rows that are drawn in slices.
// A small fleet is drawn whole, so that the browser's own search finds all of it.
const SLICE = ACCOUNTS.length <= 100 ? 100 : 25;
const PRINTED = 400;
const VIEW = { states: new Set(), search: "", case: "", link: "", codes: "", order: "state", isDown: true };
const TEXT_ORDER = new Intl.Collator("en", { numeric: true });
let chosen = [];
let ordered = { key: "", accounts: [] };
let drawn = 0;

const COLUMNS = [
  ["name", "Account", "name"],
  ["case", "Case", "case"],
  ["spend", "Spend", "spend"],
  ["key", "Key age", "key"],
  ["state", "State", "state"],
];
const ORDERS = { state: "Worst first", spend: "Spend", name: "Name", case: "Case", key: "Key age" };

function comparison(order) {
  const bySpend = (one, other) => (other.spend ?? -Infinity) - (one.spend ?? -Infinity) || 0;
  if (order === "name") return (one, other) => TEXT_ORDER.compare(other.name || other.host, one.name || one.host);
  if (order === "case") return (one, other) => TEXT_ORDER.compare(other.case, one.case) || bySpend(other, one);
  if (order === "key") return (one, other) => (other.keyAge ?? -1) - (one.keyAge ?? -1);
  if (order === "spend") return bySpend;
  const link = DATA.links.indexOf(order.replace(/^link:/, ""));
  if (order.startsWith("link:") && link >= 0) {
    const rank = (account) => (WORST_FIRST.indexOf(account.stateOf(link)) + 6) % 6;
    return (one, other) => rank(one) - rank(other) || bySpend(one, other);
  }
  return (one, other) => one.rank - other.rank || bySpend(one, other);
}
// Names and cases from A to Z, and all else with the most, or the worst, first.
function isDownAtFirst(order) { return order !== "name" && order !== "case"; }

// All accounts in the order asked for, kept while somebody types.
function inOrder() {
  const key = VIEW.order + VIEW.isDown;
  if (ordered.key !== key) {
    const compare = comparison(VIEW.order);
    const sign = VIEW.isDown ? 1 : -1;
    ordered = { key: key, accounts: ACCOUNTS.slice().sort((one, other) => sign * compare(one, other) || one.index - other.index) };
  }
  return ordered.accounts;
}
function isShown(account, words) {
  if (VIEW.states.size && !VIEW.states.has(WORST_FIRST[account.rank])) return false;
  if (VIEW.case && account.case !== VIEW.case) return false;
  if (VIEW.link) {
    const link = DATA.links.indexOf(VIEW.link);
    if (["ok", "not_asked"].includes(account.stateOf(link))) return false;
    if (VIEW.codes && DATA.texts[account.chain[link][1]] !== VIEW.codes) return false;
  }
  return words.every((word) => account.haystack.includes(word));
}
function redraw() {
  const words = VIEW.search.toLowerCase().split(/\s+/).filter((word) => word);
  chosen = inOrder().filter((account) => isShown(account, words));
  drawn = 0;
  at("matrix-body").replaceChildren();
  drawSlice(SLICE);
  const isAll = chosen.length === ACCOUNTS.length;
  at("count").textContent = isAll ? counted(ACCOUNTS.length, "account") : number(chosen.length) + " of " + counted(ACCOUNTS.length, "account");
  at("reset").hidden = isAll && VIEW.order === "state";
  for (const chip of at("states").children) chip.setAttribute("aria-pressed", String(VIEW.states.has(chip.dataset.state)));
  for (const head of at("matrix-head").querySelectorAll("th")) {
    if (head.dataset.order === VIEW.order) head.setAttribute("aria-sort", VIEW.isDown ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  for (const [id, value] of [["search", VIEW.search], ["case", VIEW.case], ["link", VIEW.link]]) if (at(id).value !== value) at(id).value = value;
  at("order").value = ORDERS[VIEW.order] ? VIEW.order : "";
  keepInAddress();
}
function drawSlice(count) {
  const rows = chosen.slice(drawn, drawn + count).map(accountRow);
  drawn += rows.length;
  at("matrix-body").append(...rows);
  const left = chosen.length - drawn;
  at("more").hidden = !left;
  at("more").textContent = moreWords(200, left);
  at("cut").hidden = chosen.length > 0;
  at("cut").textContent = chosen.length ? "" : "No account fits all of these filters.";
}

function accountRow(account) {
  const worst = account.worst();
  const open = make("button", { type: "button", class: "open", "aria-expanded": "false" }, name(account.name || account.host));
  const under = make("span", { class: "under" }, accountId(account.id), account.host && account.host !== account.name ? make("bdi", {}, account.host) : "", make("span", { class: "case-too" }, account.case));
  const why = worst ? make("span", { class: "why" }, make("b", {}, linkWord(worst.name) + ": "), make("bdi", {}, worst.evidence || worst.codes.join(" "))) : "";
  const row = make("tr", { role: "row", class: "account", "data-index": account.index },
    make("th", { role: "rowheader", scope: "row", class: "c-name" }, open, under),
    make("td", { role: "cell", class: "c-case" }, account.case),
    make("td", { role: "cell", class: "c-spend" }, money(account.spend)),
    make("td", { role: "cell", class: "c-key" }, typeof account.keyAge === "number" ? number(account.keyAge) + "\u00a0d" : "\u2013"),
    make("td", { role: "cell", class: "c-state" }, pill(account.state), why));
  DATA.links.forEach((link, index) => {
    const state = account.stateOf(index);
    const codes = account.chain[index] ? DATA.texts[account.chain[index][1]] : "";
    const title = linkWord(link) + ": " + stateWord(state).toLowerCase() + (codes ? ", " + codes : "");
    row.append(make("td", { role: "cell", class: "c-link" + (PARTS.includes(link) ? " part" : ""), title: title }, saidMark(state)));
  });
  return row;
}
function toggle(row, isOpen) {
  const button = row.querySelector(".open");
  const next = row.nextElementSibling;
  const isThere = next && next.classList.contains("details");
  if (isOpen === undefined) isOpen = !isThere;
  button.setAttribute("aria-expanded", String(isOpen));
  row.classList.toggle("is-open", isOpen);
  if (isOpen && !isThere) row.after(detailsRow(ACCOUNTS[row.dataset.index]));
  if (!isOpen && isThere) next.remove();
}
function detailsRow(account) {
  const cell = make("td", { role: "cell", colspan: String(COLUMNS.length + DATA.links.length) });
  const list = make("ol", { class: "chain" });
  list.append(...account.links().map((link) => linkItem(link, account)));
  cell.append(list);
  if (account.limit) cell.append(make("p", { class: "then" }, "Look at this account again:"), command(account.prove()));
  return make("tr", { role: "row", class: "details" }, cell);
}
function linkItem(link, account) {
  const isTrouble = link.state !== "ok" && link.state !== "not_asked";
  const head = make("p", { class: "link-head" }, make("b", {}, linkWord(link.name)), isTrouble ? make("span", { class: "word s-" + link.state }, stateWord(link.state).toLowerCase()) : hidden(stateWord(link.state)),
    isTrouble && link.since ? make("span", { class: "about", title: moment(link.since) }, lasting(link.since)) : "", ...link.codes.map((code) => make("code", { class: "code" }, code)));
  const body = make("div", {}, head);
  if (link.evidence) body.append(make("p", { class: "evidence" }, make("bdi", {}, link.evidence)));
  if (isTrouble || link.action) body.append(...action(link));
  if (link.state === "drift" && account.limit) body.append(make("p", { class: "next" }, link.action ? "Or let the next run mend it:" : "The next run mends it:"), command(account.mend()));
  return make("li", { class: isTrouble ? "trouble" : "" }, mark(link.state), body);
}
