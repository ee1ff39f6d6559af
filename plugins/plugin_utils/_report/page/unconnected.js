/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// The accounts that the platform does not have, those that spend most first, each with what connects it.
function showUnconnected() {
  if (!DATA.unconnected.length) return;
  at("unconnected").hidden = false;
  const rows = DATA.unconnected.slice().sort((one, other) => other.spend - one.spend);
  const most = rows[0].spend;
  const months = DATA.summary.months.length ? " of " + monthsWord(DATA.summary.months) : "";
  at("unconnected-lead").textContent = counted(rows.length, "account") + " whose cost the platform ignores: " + money(DATA.summary.ignored_spend, true) + months + ".";
  sliced(at("unconnected-list"), rows, (row) => unconnectedItem(row, most), 8, 50);
}
function unconnectedItem(row, most) {
  const [reason, todo] = reasonWords(row.reason);
  const share = make("span", { class: "share" }, make("span", {}));
  share.firstChild.style.width = (most > 0 ? Math.max(0, 100 * row.spend / most) : 0) + "%";
  const summary = make("summary", {}, make("span", { class: "who" }, name(row.name), " ", accountId(row.account_id)),
    make("span", { class: "reason" }, reason), make("b", { class: "spend" }, money(row.spend, true)), share);
  const details = make("details", { class: "missing" }, summary);
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(missingBody(row, todo));
  });
  return make("li", {}, details);
}
function missingBody(row, todo) {
  const months = Object.entries(row.months).filter((entry) => typeof entry[1] === "number").sort();
  const body = make("div", { class: "missing-body" });
  if (months.length) body.append(make("p", { class: "about" }, months.map(([month, sum]) => monthWord(month, true) + ": " + money(sum, true)).join(" \u00b7 ")));
  if (todo) body.append(make("p", { class: "next" }, todo));
  if (row.inventory) body.append(snippet(row.inventory, "inventory of " + row.account_id));
  return body;
}
function unconnectedTask(task) {
  const rows = task.rows.map((index) => DATA.unconnected[index]);
  const [reason, todo] = reasonWords(task.reason);
  const others = rows.length - 1;
  const title = make("b", {}, name(rows[0].name), others ? " and " + counted(others, "other") : "");
  const about = "Not connected: " + reason.charAt(0).toLowerCase() + reason.slice(1) + (others ? "" : " \u00b7 " + rows[0].account_id);
  const body = make("div", { class: "task-body" });
  if (todo) body.append(make("p", { class: "next" }, todo));
  const snippets = rows.map((row) => row.inventory).filter((text) => text);
  if (snippets.length === 1) body.append(snippet(snippets[0], "inventory of " + rows[0].account_id));
  else if (snippets.length) body.append(copyButton(snippets.join("\n"), "inventory of " + counted(snippets.length, "account"), "Copy the inventory of all " + number(snippets.length)));
  body.append(make("button", { type: "button", class: "text", onclick: () => at("unconnected").scrollIntoView() }, others ? "Show them with their months" : "Show its months"));
  return taskCard("unconnected", title, task.spend, about, todo, body);
}
