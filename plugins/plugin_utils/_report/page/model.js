/* Copyright: (c) 2026, the finops_for_cloud.aws contributors
   GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */
// The accounts, unpacked; what is only asked for sometimes is made when it is asked for.
class Account {
  constructor(row, index) {
    [this.id, this.host, this.name, this.case, this.state, this.spend, this.keyAge, this.limit, this.chain] = row;
    this.index = index;
    this.rank = WORST_FIRST.indexOf(this.state);
    if (this.rank < 0) this.rank = WORST_FIRST.indexOf("unknown");
  }
  stateOf(link) {
    const packed = this.chain[link];
    return packed ? STATES[packed[0]] : "not_asked";
  }
  link(index) {
    const packed = this.chain[index];
    if (!packed) return null;
    const [state, codes, evidence, action, since, commands] = packed;
    const text = (number) => DATA.texts[number];
    return {
      name: DATA.links[index],
      state: STATES[state],
      codes: text(codes) ? text(codes).split(" ") : [],
      evidence: text(evidence),
      action: text(action),
      since: text(since),
      commands: text(commands) ? text(commands).split("\n") : [],
    };
  }
  links() { return this.chain.map((packed, index) => this.link(index)).filter((link) => link); }
  // The first link in the account's state: later ones may only follow from it.
  worst() {
    if (this.state === "ok") return null;
    const index = this.chain.findIndex((packed) => packed && STATES[packed[0]] === this.state);
    return index < 0 ? null : this.link(index);
  }
  get haystack() {
    if (this.text === undefined) {
      const troubles = this.links().filter((link) => link.state !== "ok" && link.state !== "not_asked");
      const words = troubles.flatMap((link) => [link.name, ...link.codes, link.evidence, link.action]);
      const codes = this.links().flatMap((link) => link.codes);
      this.text = [this.name, this.id, this.host, this.case, stateWord(this.state), ...words, ...codes].join("\n").toLowerCase();
    }
    return this.text;
  }
  mend() { return this.limit && DATA.playbooks.mend + " " + this.limit; }
  prove() { return this.limit && DATA.playbooks.prove + " " + this.limit; }
}

const ACCOUNTS = DATA.accounts.map((row, index) => new Account(row, index));
const BY_ID = new Map(ACCOUNTS.map((account) => [account.id, account]));

// The accounts of a task as what limits a playbook to them; nothing where they are too many for a command.
function limitOf(accounts) {
  const hosts = accounts.map((account) => account.limit.replace(/^--limit /, ""));
  return hosts.length > 30 || hosts.includes("") ? "" : " --limit " + hosts.join(",");
}

function spendByState() {
  const sums = Object.fromEntries(WORST_FIRST.map((state) => [state, 0]));
  for (const account of ACCOUNTS) sums[WORST_FIRST[account.rank]] += Math.max(0, account.spend || 0);
  return sums;
}
