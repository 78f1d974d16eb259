// Looks up what `explain` answers. The tables hold every decision; only a path's verdict is put together here.
"use strict";

const APPLICATIONS = ["http", "tls", null];

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

function pathVerdict(verdicts, allowed) {
  const told = verdicts.filter((verdict) => verdict !== "not-applicable" && verdict !== "not-met");
  if (told.includes("deny") || told.length === 0) return "deny";
  return told.includes("opaque") && !allowed ? "deny" : "allow";
}

function explainIn(environment, request) {
  const hosts = DATA.hosts[environment.hosts];
  const [verdict, reason, endpoint] = lookUp(environment.policy, hosts, request);
  const targets = environment.targets.map((target) => {
    const allowed = lookUp(target.policy, hosts, request)[0] === "allow";
    const controls = target.controls.map((control) => {
      const [ruling, rule] = lookUp(control.table, hosts, request);
      return { control: control.control, verdict: ruling, rule };
    }).filter((control) => control.verdict !== "not-met");
    return {
      target: target.target,
      verdict: pathVerdict(controls.map((control) => control.verdict), allowed),
      controls,
    };
  });
  const [pattern, list] = endpoint < 0 ? [null, ""] : DATA.deciding[endpoint];
  return { url: request.url, verdict, endpoint: pattern, list, environment: environment.environment, reason, targets };
}

// The answer for one URL in every environment, as `wsus-egress explain` gives it.
function explain(url) {
  try {
    const request = parseUrl(url);
    return { status: "answered", request, answers: DATA.environments.map((each) => explainIn(each, request)) };
  } catch (error) {
    if (error instanceof Refused) return { status: "refused", why: error.message };
    if (error instanceof Unsure) return { status: "unsure", why: error.message };
    throw error;
  }
}
