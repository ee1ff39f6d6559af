/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// What an operator sees first: the state of the fleet, what to mend first, what has changed.
function showHead() {
  const made = new Date(DATA.generated_at);
  const age = Date.now() - made;
  at("when").textContent = moment(DATA.generated_at) + (isNaN(made) || age < 0 ? "" : ", " + span(age) + " ago");
  if (age > 36 * 3600000) {
    fill(at("stale"), make("p", { class: "stale" }, "This report is " + span(age) + " old. Run the audit again before you act on it."));
  }
  at("headline").textContent = headline();
  at("lead").textContent = lead();
}
function countOf(state) { return Number(DATA.summary.by_state[state]) || 0; }

function headline() {
  const parts = [];
  if (countOf("failed")) parts.push("mend " + counted(countOf("failed"), "account"));
  if (DATA.unconnected.length) parts.push("connect " + (parts.length ? number(DATA.unconnected.length) : counted(DATA.unconnected.length, "account")));
  if (parts.length) return plainWords(parts.join(", ")) + ".";
  if (countOf("drift")) return counted(countOf("drift"), "account") + " drifted. The next run mends " + (countOf("drift") === 1 ? "it." : "them.");
  if (countOf("unknown")) return "Nothing is broken, but " + counted(countOf("unknown"), "account") + " could not be looked at.";
  if (countOf("pending")) return "Nothing to mend. " + counted(countOf("pending"), "account") + " will be proven soon.";
  return ACCOUNTS.length ? "All " + counted(ACCOUNTS.length, "account") + " are proven." : "There is no account yet.";
}
function lead() {
  const { ignored_spend: ignored, months } = DATA.summary;
  const when = months.length ? " of " + monthsWord(months) : "";
  const sums = spendByState();
  const parts = [];
  if (ignored > 0) parts.push(money(ignored) + when + " never reaches the platform.");
  if (sums.failed > 0) parts.push(money(sums.failed) + (parts.length ? "" : when) + " is spent by accounts whose chain is broken.");
  if (!parts.length) return "Every link that could be looked at holds, from the login in AWS to the cost that the platform shows.";
  return parts.join(" ");
}

// One bar for all spend: what is proven, what is connected with some trouble, what is ignored.
function showCoverage() {
  const { coverage, ignored_spend: ignored, connected_spend: connected, notes, months } = DATA.summary;
  const sums = spendByState();
  const parts = ["ok", "pending", "drift", "unknown", "failed"].map((state) => [state, sums[state]]);
  parts.push(["unconnected", Math.max(0, ignored)]);
  const total = parts.reduce((sum, part) => sum + part[1], 0);
  const children = [];
  if (total > 0) {
    const shown = parts.filter((part) => part[1] > 0);
    const bar = make("div", { class: "bar", role: "img", "aria-label": "Spend by state: " + shown.map(([state, sum]) => stateWord(state) + " " + percent(sum / total)).join(", ") });
    for (const [state, sum] of shown) {
      const segment = make("span", { class: "segment s-" + state, title: stateWord(state) + ": " + money(sum, true) });
      segment.style.flexGrow = sum / total;
      bar.append(segment);
    }
    const figure = typeof coverage === "number" ? make("p", { class: "figure" }, make("b", {}, percent(coverage)), " of spend is connected") : null;
    const sumUp = make("p", { class: "sum" }, money(connected) + " of " + money(connected + ignored) + (months.length ? ", " + monthsWord(months) : ""));
    children.push(make("div", { class: "cover-head" }, figure || "", sumUp), bar, keyOf(parts, total));
  } else {
    children.push(make("p", { class: "about" }, "What the accounts spent is not known, so there is no coverage by spend."));
    children.push(keyOf(parts, 0));
  }
  for (const note of notes) children.push(make("p", { class: "note" }, plainWords(note).replace(/\.?$/, ".")));
  fill(at("coverage"), ...children);
}
function keyOf(parts, total) {
  const rows = parts.map(([state, sum]) => {
    const isApart = state === "unconnected";
    const count = isApart ? DATA.unconnected.length : countOf(state);
    if (!count) return null;
    const go = () => (isApart ? at("unconnected").scrollIntoView() : chooseState(state));
    return make("li", {}, make("button", { type: "button", class: "key", onclick: go },
      mark(state), make("span", { class: "what" }, make("b", {}, number(count)), " " + stateWord(state).toLowerCase()),
      make("span", { class: "much" }, total ? percent(sum / total) : "")));
  });
  const list = make("ul", { class: "keys" });
  list.append(...rows.filter((row) => row));
  return list;
}

function showTasks() {
  if (!DATA.tasks.length) return;
  at("first").hidden = false;
  sliced(at("tasks"), DATA.tasks, taskItem, 6, 20);
  at("tasks").querySelector("details").open = true;
}
function taskItem(task) {
  return task.kind === "unconnected" ? unconnectedTask(task) : accountsTask(task);
}
function taskCard(kind, title, spend, about, hint, body) {
  const summary = make("summary", {}, mark(kind),
    make("span", { class: "task-title" }, title, make("span", { class: "about" }, about), hint ? make("span", { class: "hint" }, make("bdi", {}, hint)) : ""),
    make("b", { class: "task-spend" }, spend > 0 ? money(spend) : ""));
  return make("li", {}, make("details", { class: "task" }, summary, body));
}
function accountsTask(task) {
  const accounts = task.rows.map((index) => ACCOUNTS[index]);
  const first = accounts[0];
  const link = first.worst();
  const isDrift = task.kind === "drift";
  const others = accounts.length - 1;
  const title = make("b", {}, name(first.name || first.host), others ? " and " + counted(others, "other") : "");
  const about = isDrift ? "Drifted from what is documented" : linkWord(task.link) + " " + stateWord(task.kind).toLowerCase();
  const since = others || !link ? "" : lasting(link.since);
  const body = make("div", { class: "task-body" });
  if (link && !isDrift) {
    if (link.evidence) body.append(make("p", { class: "evidence" }, others ? make("bdi", { class: "name" }, (first.name || first.host) + ": ") : "", make("bdi", {}, link.evidence)));
    body.append(...action(link));
  }
  const limits = limitOf(accounts);
  if (isDrift) body.append(make("p", { class: "next" }, "The next run mends what has drifted:"), command(DATA.playbooks.mend + limits));
  else if (limits) body.append(make("p", { class: "then" }, "Then prove it:"), command(DATA.playbooks.prove + limits));
  const go = () => (others ? chooseTask(task) : openAccount(first));
  body.append(make("button", { type: "button", class: "text", onclick: go }, others ? "Show these " + number(accounts.length) + " accounts" : "Show its whole chain"));
  const hint = isDrift ? "Run onboard: it mends what has drifted." : link ? link.action || link.evidence : "";
  return taskCard(task.kind, title, task.spend, [about, since, others ? "" : first.id].filter((part) => part).join(" \u00b7 "), hint, body);
}
function action(link) {
  const parts = [];
  if (link.action) parts.push(make("p", { class: "next" }, make("bdi", {}, link.action)));
  return parts.concat(link.commands.map(command));
}

function showChanges() {
  const place = at("changes-list");
  if (DATA.previous_generated_at) at("changes-title").textContent = "Changed since " + moment(DATA.previous_generated_at);
  if (!DATA.changes.length) {
    fill(place, make("p", { class: "about" }, "Nothing has changed, or this is the first report."));
    return;
  }
  const order = ["failed", "drift", "unknown", "pending", "ok"];
  const placeOf = (change) => (order.indexOf(change.to) + order.length + 1) % (order.length + 1);
  const changes = DATA.changes.map((change, index) => [change, index]);
  changes.sort((one, other) => placeOf(one[0]) - placeOf(other[0]) || one[1] - other[1]);
  const list = make("ul", { class: "list changes" });
  fill(place, list);
  sliced(list, changes.map((pair) => pair[0]), changeItem, 6, 50);
}
function changeItem(change) {
  const account = BY_ID.get(change.account_id);
  const who = account ? account.name || account.host : "";
  const title = account
    ? make("button", { type: "button", class: "text who", onclick: () => openAccount(account) }, name(who))
    : make("b", {}, name(change.account_id));
  const move = make("span", { class: "move" }, change.from ? mark(change.from) : "", make("span", { "aria-hidden": "true", class: "arrow" }, "\u2192"), change.to ? mark(change.to) : "",
    hidden(stateWord(change.from || "new") + " became " + stateWord(change.to || "gone")));
  return make("li", { class: "change" }, move, make("div", {}, title, make("span", { class: "about" }, " " + (change.link ? linkWord(change.link) : "")), make("p", {}, make("bdi", {}, change.text))));
}
