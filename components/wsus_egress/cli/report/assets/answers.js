// Looks up what `explain` answers. The tables hold every decision; only a path's verdict is put together here.
"use strict";

const APPLICATIONS = ["http", "tls", null];
// No pattern has it, and none is above it.
const UNLISTED = "_";

function classOfName(hosts, name) {
  const known = hosts.index;
  const own = known.get(name);
  if (own !== undefined) return 2 * own;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const domain = known.get(name.slice(dot + 1));
    if (domain !== undefined) return 2 * domain + 1;
  }
  return 2 * hosts.list.length;
}

function lookUp(number, hosts, request) {
  const [ports, cuts, nameless, names, addresses] = DATA.tables[number];
  const spoken = APPLICATIONS.indexOf(request.application), port = lastNotAfter(ports, request.port);
  if (request.address) {
    const version = request.address.version === 4 ? 0 : 1;
    const range = lastNotAfter(cuts[version], request.address.value);
    return DATA.answers[addresses[version][spoken][port][range]];
  }
  if (request.name === null) return DATA.answers[nameless[spoken][port]];
  return DATA.answers[fromColumn(names[spoken][port], classOfName(hosts, request.name))];
}

const fromColumn = ([kind, value], place) => {
  if (kind === 0) return value;
  const row = DATA.columns[value];
  // What is blind to names has one answer; an empty class has none, and nobody asks for it.
  return row[place];
};

// What the controls on a path say together, as `reached` in Python.
function reached(verdicts) {
  if (verdicts.includes("deny")) return "deny";
  if (verdicts.includes("opaque")) return "unknown";
  return verdicts.includes("allow") ? "allow" : "deny";
}

// What a control says of a name that may be sent with a dot at its end, as `ruling_of` in Python.
function rulingOf(control, asker, hosts, request) {
  const table = control.tables[asker.number], ruling = lookUp(table, hosts, request);
  if (!request.lastDot || control.lastDot === "ignored") return ruling;
  const unlisted = lookUp(table, hosts, { ...request, name: UNLISTED });
  return control.lastDot === "compared" || unlisted[0] === ruling[0] ? unlisted : ["opaque", ruling[1]];
}

// Of each party, the askers that can reach an address of an IP version; all where none can.
function fitting(askers, version) {
  const able = new Set(askers.filter((asker) => asker.version === version).map((asker) => asker.party));
  const members = [...new Set(askers.map((asker) => asker.party))].map((party) => askers.filter((asker) => asker.party === party));
  return members.flat().filter((asker) => asker.version === version || !able.has(asker.party));
}

function orAll(askers, chosen) {
  const some = askers.filter(chosen);
  return some.length ? some : askers;
}

const standing = (environment, target) => orAll(environment.askers, (asker) => asker.place === target.target);

// For whom an answer holds that some askers get: a party, where all of it among those asked do.
function whom(some, among) {
  const left = new Set(among.filter((asker) => !some.includes(asker)).map((asker) => asker.party));
  const names = some.map(({ party, address }) => JSON.stringify({ party, address: left.has(party) ? address : null }));
  return [...new Set(names)].map((name) => JSON.parse(name));
}

function explainAt(environment, target, hosts, request, asking) {
  const found = asking(standing(environment, target)), groups = new Map();
  for (const asker of found) {
    const controls = target.controls.map((control) => {
      const [verdict, rule] = rulingOf(control, asker, hosts, request);
      return { control: control.control, verdict, rule };
    }).filter((control) => control.verdict !== "not-met");
    const key = JSON.stringify(controls);
    if (!groups.has(key)) groups.set(key, { controls, some: [] });
    groups.get(key).some.push(asker);
  }
  return [...groups.values()].map(({ controls, some }) => ({
    target: target.target, verdict: reached(controls.map((control) => control.verdict)), from: whom(some, found), controls,
  }));
}

function explainIn(environment, request) {
  const hosts = DATA.hosts[environment.hosts], version = request.address ? request.address.version : 4;
  const asking = (askers) => orAll(fitting(askers, version), (asker) => lookUp(asker.policy, hosts, request)[3]);
  const asked = asking(environment.askers);
  const [verdict, reason, endpoint] = lookUp(asked[0].policy, hosts, request);
  const [pattern, list] = endpoint < 0 ? [null, ""] : DATA.deciding[endpoint];
  return {
    url: request.url, verdict, endpoint: pattern, list, environment: environment.environment, reason, from: whom(asked, asked),
    targets: environment.targets.flatMap((target) => explainAt(environment, target, hosts, request, asking)),
  };
}

// The answers for a URL, or for a host by http and by https, in every environment, as `wsus-egress explain` gives them.
function explain(text) {
  try {
    const requests = requestsOf(text);
    const answers = requests.flatMap((request) => DATA.environments.map((each) => explainIn(each, request)));
    return { status: "answered", request: requests[0], answers };
  } catch (error) {
    if (error instanceof Refused) return { status: "refused", why: error.message };
    if (error instanceof Unsure) return { status: "unsure", why: error.message };
    throw error;
  }
}
