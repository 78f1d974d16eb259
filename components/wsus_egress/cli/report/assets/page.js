// The search box and the table of endpoints.
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
for (const { askers } of DATA.environments) askers.forEach((asker, number) => { asker.number = number; });
DATA.hosts = DATA.hosts.map((list) => ({ list, index: new Map(list.map((host, number) => [host, number])) }));
const ROWS_A_PAGE = 50, ROWS_ON_PAPER = 1000;
const byId = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const badge = (word) => element("span", { class: `badge ${word}` }, word);

// Search

function showAnswer(url) {
  const place = byId("answer");
  if (!url) return place.replaceChildren();
  const found = explain(url);
  if (found.status === "refused") {
    return place.replaceChildren(element("p", { class: "note" }, element("code", {}, url), ` ${found.why}.`));
  }
  if (found.status === "unsure") {
    return place.replaceChildren(element("p", { class: "note" }, element("code", {}, url), ` ${found.why}. Or ask `,
      element("code", {}, "wsus-egress explain"), "."));
  }
  const note = found.request.note ? ` (${found.request.note})` : "";
  const body = element("tbody");
  const bare = new Set(found.answers.map((answer) => answer.url)).size > 1;
  for (const answer of found.answers) body.append(...answerRows(answer, note, bare));
  const head = element("tr", {}, ...["Environment", "Policy", "Why", "Target", "Verdict", "Control by control"]
    .map((title) => element("th", { scope: "col" }, title)));
  const allowing = found.answers.filter((answer) => answer.verdict === "allow");
  const schemes = [...new Set(found.answers.map((answer) => answer.url.split(":", 1)[0]))];
  const counts = schemes.map((scheme) => {
    const count = allowing.filter((answer) => answer.url.startsWith(`${scheme}:`)).length;
    return `${schemes.length > 1 ? `by ${scheme} ` : ""}in ${count} of ${DATA.environments.length} environments`;
  });
  place.replaceChildren(
    element("p", { class: "said" }, `The policy allows it ${counts.join(", ")}, for every party that may ask.`),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Answer by environment" },
      element("table", { class: "answers" }, element("thead", {}, head), body)));
}

function answerRows(answer, note, bare) {
  const span = { rowspan: String(Math.max(answer.targets.length, 1)) };
  const why = answer.reason + note;
  const targets = answer.targets.length ? answer.targets : [null];
  return targets.map((target, number) => {
    const row = element("tr", number === 0 ? { class: "first" } : {});
    if (number === 0) {
      const scheme = bare ? `, ${answer.url.split(":", 1)[0]}` : "";
      row.append(element("th", { scope: "row", ...span }, answer.environment + scheme),
        element("td", span, badge(answer.verdict)), element("td", span, why));
    }
    if (target === null) return row;
    const controls = element("ul", { class: "rulings" });
    for (const { control, verdict, rule } of target.controls) {
      controls.append(element("li", {}, badge(verdict), ` ${control}: `, element("code", {}, rule)));
    }
    row.append(element("td", {}, `${target.target} for ${named(target.from)}`), element("td", {}, badge(target.verdict)),
      element("td", {}, controls));
    return row;
  });
}

function named(whom) {
  const names = whom.map(({ party, address }) => (address === null ? party : `${address} (${party})`));
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  return shown.join(", ");
}

// Endpoints

// The class of names that a pattern stands for in one environment.
function classOfPattern(hosts, pattern) {
  if (!pattern.startsWith("*.")) return classOfName(hosts, pattern);
  const domain = hosts.index.get(pattern.slice(2));
  return domain === undefined ? classOfName(hosts, pattern.slice(2)) : 2 * domain + 1;
}

function answerOf(number, place, scheme) {
  const [ports, , , names] = DATA.tables[number];
  const [application, port] = scheme === "http" ? [0, 80] : [1, 443];
  return DATA.answers[fromColumn(names[application][lastNotAfter(ports, port)], place)];
}

const mayAsk = (askers, place, scheme) => orAll(fitting(askers, 4), (asker) => answerOf(asker.policy, place, scheme)[3]);

// The different verdicts of those who may ask in a target, of one control or of all together.
function verdictsOf(environment, target, controls, place, scheme) {
  return [...new Set(mayAsk(standing(environment, target), place, scheme).map((asker) => {
    const said = controls.map((control) => answerOf(control.tables[asker.number], place, scheme)[0]);
    return controls.length === 1 && controls !== target.controls ? said[0] : reached(said);
  }))].sort();
}

function cell(of) {
  const [http, https] = [of("http"), of("https")], badges = (words) => words.map(badge);
  if (http.join() === https.join()) return element("td", {}, ...badges(http));
  return element("td", {}, ...badges(http), " http", element("br"), ...badges(https), " https");
}

const catalogue = [...new Set(DATA.environments.flatMap((environment) => environment.endpoints))]
  .map((number) => ({ number, row: DATA.endpoints[number] }))
  .map(({ number, row }) => ({ number, row, text: row.join(" ").toLowerCase() }));
const listing = new Map(DATA.environments.map((environment) => [environment, new Set(environment.endpoints)]));
const state = { page: 0, rows: ROWS_A_PAGE, shown: catalogue };

function columns() {
  const chosen = byId("columns").value;
  const column = (environment, target, controls, title) => ({
    title, hosts: DATA.hosts[environment.hosts],
    verdicts: (place, scheme) => verdictsOf(environment, target, controls, place, scheme),
  });
  if (chosen === "") {
    return DATA.environments.flatMap((environment) => environment.targets.map((target) =>
      column(environment, target, target.controls, [environment.environment, target.target])));
  }
  const environment = DATA.environments[Number(chosen)];
  return environment.targets.flatMap((target) => [
    column(environment, target, target.controls, [target.target, "together"]),
    ...target.controls.map((control) => column(environment, target, [control], [target.target, control.control])),
  ]);
}

// What the policy allows of an endpoint's names: in the chosen environment, or in those that list it.
function allowedFor(number, pattern) {
  const chosen = byId("columns").value, told = new Map();
  const asked = chosen === "" ? DATA.environments.filter((each) => listing.get(each).has(number))
    : [DATA.environments[Number(chosen)]];
  for (const each of asked) {
    const place = classOfPattern(DATA.hosts[each.hosts], pattern);
    const schemes = ["http", "https"].filter((scheme) =>
      mayAsk(each.askers, place, scheme).some(({ policy }) => answerOf(policy, place, scheme)[0] === "allow"));
    const text = schemes.join(", ") || "nothing";
    told.set(text, [...(told.get(text) ?? []), each.environment]);
  }
  if (told.size === 1) return [...told.keys()][0];
  return [...told].map(([text, names]) => `${text} in ${names.join(", ")}`).join("; ");
}

function showMatrix() {
  const shown = state.shown, pages = Math.max(Math.ceil(shown.length / state.rows), 1);
  state.page = Math.min(Math.max(state.page, 0), pages - 1);
  const first = state.page * state.rows, rows = shown.slice(first, first + state.rows);
  const across = columns();
  const head = element("tr", {}, ...["Endpoint", "Listed for", "Allowed for", "List"].map((title) => element("th", { scope: "col" }, title)),
    ...across.map(({ title }) => element("th", { scope: "col" }, title[0], element("br"), title[1])));
  const body = rows.map(({ number, row: [pattern, schemes, list, purpose, source, date] }) => {
    const origin = source.startsWith("https://")
      ? element("a", { href: source, rel: "noreferrer", title: `${purpose}. ${source}, ${date}` }, list)
      : element("span", { title: `${purpose}. ${source} ${date}` }, list);
    return element("tr", {}, element("th", { scope: "row" }, element("code", {}, pattern)),
      element("td", {}, schemes.replace("+", ", ")), element("td", {}, allowedFor(number, pattern)),
      element("td", {}, origin),
      ...across.map(({ hosts, verdicts }) => {
        const place = classOfPattern(hosts, pattern);
        return cell((scheme) => verdicts(place, scheme));
      }));
  });
  const table = byId("matrix-table");
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...body);
  byId("matrix-count").textContent = shown.length === 0 ? "no endpoint"
    : `${first + 1} to ${first + rows.length} of ${shown.length}`;
  byId("previous").disabled = state.page === 0;
  byId("next").disabled = state.page === pages - 1;
}

function filterMatrix() {
  const wanted = byId("filter").value.trim().toLowerCase();
  state.shown = wanted ? catalogue.filter(({ text }) => text.includes(wanted)) : catalogue;
  state.page = 0;
  showMatrix();
}

function turn(by) {
  state.page += by;
  showMatrix();
}

byId("search-form").addEventListener("submit", (event) => event.preventDefault());
byId("url").addEventListener("input", (event) => showAnswer(event.target.value.trim()));
byId("filter").addEventListener("input", filterMatrix);
byId("columns").addEventListener("change", showMatrix);
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));

// Paper has no disclosure triangles, and no buttons to turn pages with.
let closed = [];
function showRows(number) {
  state.rows = number;
  state.page = 0;
  showMatrix();
}
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const each of closed) each.open = true;
  showRows(ROWS_ON_PAPER);
});
window.addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
  showRows(ROWS_A_PAGE);
});

showMatrix();
if (byId("url").value) showAnswer(byId("url").value.trim());
window.wsusEgress = { explain };
