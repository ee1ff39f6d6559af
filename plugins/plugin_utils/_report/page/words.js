/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// What people read: states, links, reasons, money and time.
const STATES = ["ok", "drift", "pending", "failed", "unknown", "not_asked"];
const WORST_FIRST = ["failed", "drift", "pending", "unknown", "ok"];
const STATE_WORDS = {
  ok: ["OK", "works, and is proven"],
  drift: ["Drift", "not as documented; the next run of onboard mends it"],
  pending: ["Pending", "new, and waiting for somebody else; nothing to do yet"],
  failed: ["Failed", "broken; somebody has to mend it"],
  unknown: ["Unknown", "nobody was allowed to look, or could"],
  not_asked: ["Not asked", "such an account has no such link"],
  unconnected: ["Not connected", "the platform does not have the account"],
};
const LINK_WORDS = {
  login: ["Login", "the login works, and is in the right account"],
  configuration: ["Set-up", "export, bucket, policies and user are as documented"],
  credentials: ["Key", "active, expected, young enough, used lately"],
  export: ["Export", "AWS calls the export healthy"],
  execution: ["Run", "the export's last run delivered"],
  files: ["Files", "this month is in the bucket, young and complete"],
  columns: ["Columns", "the files have what the importer needs"],
  source: ["Source", "the platform's data source is awake and of the right type"],
  import: ["Import", "imported after the delivery, without error"],
  discovery: ["Discovery", "the platform finds the resources"],
  cost: ["Cost", "full months agree with the platform to the cent"],
};
// Links that begin a new part of the chain: what was delivered, and what the platform made of it.
const PARTS = ["export", "source"];
const REASON_WORDS = {
  never_onboarded: ["Never onboarded", "Add it to the inventory, and run onboard."],
  suspended: ["Suspended", "AWS closes it; it still shows past spend. Nothing to connect, unless it is reopened."],
  role_not_assumable: ["Role cannot be assumed", "Create the role in the account, or let its trust policy name your login."],
  denied_by_scp: ["Denied by a service control policy", "Have the management account exempt the login from that policy."],
  wrong_type: ["Wrong type", "Its data source has another type than its case: move it to the right group of the inventory."],
  management_not_connected: ["Management account not connected", "Connect its management account first."],
  asleep: ["Asleep", "Its data source is told not to import: run onboard, which wakes it."],
  visit_failed: ["Visit failed", "Look at what the run said of this account, and run again."],
};

function plainWords(text) {
  const words = String(text).replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
function stateWord(state) { return (STATE_WORDS[state] || [plainWords(state)])[0]; }
function linkWord(link) { return (LINK_WORDS[link] || [plainWords(link)])[0]; }
function reasonWords(reason) { return REASON_WORDS[reason] || [plainWords(reason || "unknown"), ""]; }

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const CENTS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function number(value) { return WHOLE.format(value); }
function counted(value, one, many) { return number(value) + " " + (value === 1 ? one : many || one + "s"); }

function moreWords(step, left) {
  return left > step ? "Show " + number(step) + " of " + number(left) + " more" : "Show " + number(left) + " more";
}

// Money of the report's currency, in whole units from a thousand on unless exact.
function money(value, exact) {
  if (typeof value !== "number") return "\u2013";
  const figure = exact || Math.abs(value) < 1000 ? CENTS.format(value) : WHOLE.format(value);
  return (DATA.summary.currency ? DATA.summary.currency + "\u00a0" : "") + figure;
}
function percent(share) {
  const value = 100 * share;
  return (value === 0 || value === 100 ? value : Math.min(99.9, Math.max(0.1, value)).toFixed(1)) + "\u00a0%";
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
function monthWord(month, withYear) {
  const match = /^(\d{4})-(\d\d)$/.exec(month);
  if (!match || !MONTHS[match[2] - 1]) return String(month);
  return MONTHS[match[2] - 1] + (withYear ? " " + match[1] : "");
}
function monthsWord(months) {
  if (!months.length) return "";
  const last = months[months.length - 1];
  if (months.length === 1) return monthWord(last, true);
  return monthWord(months[0], months[0].slice(0, 4) !== last.slice(0, 4)) + "\u2013" + monthWord(last, true);
}
function moment(iso) {
  const date = new Date(iso);
  if (!iso || isNaN(date)) return "";
  const two = (value) => String(value).padStart(2, "0");
  return date.getUTCDate() + " " + MONTHS[date.getUTCMonth()] + " " + date.getUTCFullYear() + ", " +
    two(date.getUTCHours()) + ":" + two(date.getUTCMinutes()) + " UTC";
}
function span(milliseconds) {
  const minutes = Math.max(0, milliseconds) / 60000;
  if (minutes < 90) return counted(Math.round(minutes), "minute");
  if (minutes < 48 * 60) return counted(Math.round(minutes / 60), "hour");
  return counted(Math.round(minutes / 1440), "day");
}
// How long a state has lasted when the report was made.
function lasting(since) {
  const began = Date.parse(since);
  const made = Date.parse(DATA.generated_at);
  return isNaN(began) || isNaN(made) ? "" : "for " + span(made - began);
}
