"use strict";
// Asks `GET /v1/status` every few seconds and draws what it tells. What it draws over time, it has seen itself since it was opened.

const EVERY_MS = 5000;
const KEPT = 240;
const WORDS = JSON.parse(document.getElementById("words").textContent);
const service = document.body.dataset.service;
const $ = (id) => document.getElementById(id);

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh-CN" : "en");
let credentials = null;
let token = new URLSearchParams(location.hash.slice(1)).get("token") || sessionStorage.getItem("token");
let last = null;
let lost = null;
const history = {};
if (location.hash) window.history.replaceState(null, "", location.pathname);

const say = (name) => (WORDS[name] ? WORDS[name][language] : name.replaceAll("_", " "));
const number = (value, digits = 0) => value.toLocaleString(language, { maximumFractionDigits: digits });
const yuan = (fen) => (fen / 100).toLocaleString(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const compactYuan = (fen) =>
  (fen / 100).toLocaleString(language, { notation: "compact", maximumSignificantDigits: 4 }) + (language === "zh-CN" ? " 元" : " yuan");
const seconds = (value) => (value > 0 && value < 1 ? `${number(value * 1000)} ${say("ms")}` : value < 120 ? `${number(value, 1)} ${say("s")}`
  : value < 7200 ? `${number(value / 60)} ${say("min")}` : value < 172800 ? `${number(value / 3600)} ${say("h")}` : `${number(value / 86400)} ${say("d")}`);
const ago = (instant, now) => (instant ? `${seconds(Math.max(0, (new Date(now) - new Date(instant)) / 1000))}${say("ago")}` : "–");

const SHAPES = new Set(["svg", "path", "line"]);
function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SHAPES.has(name) ? "http://www.w3.org/2000/svg" : "http://www.w3.org/1999/xhtml", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function table(columns, rows, empty) {
  if (!rows.length) return element("p", { class: "quiet" }, say(empty));
  const cell = (name) => (content, i) => element(name, columns[i].endsWith("#") ? { class: "number" } : {}, content);
  const head = element("tr", {}, ...columns.map((c) => say(c.replace("#", ""))).map(cell("th")));
  const body = rows.map((row) => element("tr", {}, ...row.map(cell("td"))));
  return element("div", { class: "table" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

// Sums of figures: `sum("decisions", { state: "approved" })`, undefined where there is none.
const picked = (name, labels = {}) =>
  last.figures.filter((f) => f.name === name && Object.entries(labels).every(([k, v]) => f.labels[k] === v));
const sum = (name, labels) => picked(name, labels).reduce((total, f) => (total ?? 0) + f.value, undefined);
const most = (name) => picked(name).reduce((found, f) => Math.max(found ?? 0, f.value), undefined);

const decisions = (...states) => states.reduce((total, state) => total + (sum("decisions", { state }) ?? 0), 0);
const orders = (state) => sum("payment_orders", { state }) ?? 0;
const waiting = (reason) => sum("payment_orders", { state: "waiting", waiting_for: reason }) ?? 0;
const stage = (name, ...figures) => ({ name, figures });
const outbox = () => stage("to_kafka", ["pending", sum("outbox_pending_events")], ["oldest", seconds(sum("outbox_oldest_seconds") ?? 0)]);
const inbox = () => stage("from_kafka", ["behind", sum("consumer_lag_messages")], ["oldest", seconds(most("consumer_oldest_unprocessed_seconds") ?? 0)]);
const open = () => stage("jobs", ["queued", sum("jobs_open", { state: "queued" })], ["running", sum("jobs_open", { state: "running" })]);
const FLOW = {
  registry: () => {
    const at = sum("facts_newest_timestamp_seconds");
    return [open(), stage("facts", ["revision", sum("facts_revision")], ["newest", at ? ago(at * 1000, last.at) : "–"]), outbox()];
  },
  eligibility: () => [
    inbox(),
    stage("facts", ["revision", sum("facts_processed_revision")], ["marked", sum("enterprises_pending_reevaluation")]),
    open(),
    stage("decided", ["proposed", decisions("proposed")], ["in_notice", decisions("in_notice")], ["suspended", decisions("suspended")], ["approved", decisions("approved")]),
    outbox(),
  ],
  payout: () => [
    inbox(),
    stage("awards", ["no_arrangement", sum("awards_waiting_for_arrangement")]),
    stage("waiting", ["funds", waiting("funds")], ["due_year", waiting("due_year")], ["account", waiting("account")], ["release", waiting("release")]),
    stage("orders", ["issued", orders("issued")], ["approved", orders("approved")]),
    stage("bank", ["batched", orders("batched")], ["settled", orders("settled")], ["failed", orders("failed") + orders("returned")]),
    outbox(),
  ],
};

const CHARTS = [
  ["requests", (v) => `${number(v, 1)} /${say("s")}`], ["failed_requests", (v) => `${number(v, 1)} /${say("s")}`],
  ["slowest", seconds], ["outbox", number], ["lag", number], ["jobs_open", number],
];

function remember(before) {
  const at = new Date(last.at).getTime();
  const note = (name, value) => {
    if (value === undefined) return;
    (history[name] ??= []).push([at, value]);
    if (history[name].length > KEPT) history[name].shift();
  };
  note("outbox", sum("outbox_pending_events"));
  note("lag", sum("consumer_lag_messages"));
  note("jobs_open", sum("jobs_open"));
  if (!before || before.requests.answered > last.requests.answered) return;
  const passed = Math.max(0.001, (at - new Date(before.at)) / 1000);
  note("requests", (last.requests.answered - before.requests.answered) / passed);
  note("failed_requests", (last.requests.failed - before.requests.failed) / passed);
  note("slowest", quantile(0.95, before.requests.buckets, last.requests.buckets));
}

// As Prometheus' histogram_quantile: linear within the bucket; null where nothing was asked.
function quantile(share, before, now) {
  const earlier = new Map(before.map((b) => [b.at_most_seconds, b.requests]));
  const grown = now.map((b) => [b.at_most_seconds, b.requests - (earlier.get(b.at_most_seconds) ?? 0)]);
  const all = grown.length ? grown[grown.length - 1][1] : 0;
  if (!all) return null;
  let [low, under] = [0, 0];
  for (const [bound, n] of grown) {
    if (n >= share * all) return bound === null ? low : low + ((bound - low) * (share * all - under)) / Math.max(1, n - under);
    [low, under] = [bound, n];
  }
  return low;
}

function chart(name, write) {
  const seen = history[name];
  if (!seen) return null;
  const known = seen.filter(([, v]) => v !== null);
  const now = seen[seen.length - 1][1];
  const top = Math.max(...known.map(([, v]) => v), 0) || 1;
  const [from, to] = [seen[0][0], Math.max(seen[seen.length - 1][0], seen[0][0] + 60000)];
  const point = ([at, v]) => `${(((at - from) / (to - from)) * 100).toFixed(2)},${(40 - (v / top) * 38).toFixed(2)}`;
  const runs = [];
  for (const one of seen) one[1] === null ? runs.push([]) : (runs[runs.length - 1] ?? (runs.push([]), runs[0])).push(one);
  const drawn = runs.filter((run) => run.length).flatMap((run) => {
    const line = (run.length > 1 ? run : [run[0], run[0]]).map(point).join(" L");
    const x = (one) => point(one).split(",")[0];
    return [element("path", { class: "area", d: `M${x(run[0])},40 L${line} L${x(run[run.length - 1])},40 Z` }), element("path", { class: "curve", d: `M${line}` })];
  });
  const picture = element("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", role: "img", "aria-label": say(name) },
    element("line", { class: "base", x1: 0, x2: 100, y1: 40, y2: 40 }), ...drawn);
  const caption = element("figcaption", {}, say(name), element("b", {}, now === null ? "–" : write(now)));
  const scale = element("div", { class: "scale" }, element("span", {}, `${seconds((seen[seen.length - 1][0] - from) / 1000)}${say("ago")}`),
    element("span", {}, `${say("most")} ${known.length ? write(Math.max(...known.map(([, v]) => v))) : "–"}`));
  return element("figure", {}, caption, picture, scale);
}

function bar(title, parts, whole, said) {
  const pieces = parts.map((part) => element("i", { "data-share": whole ? Math.min(1, part / whole) : 0 }));
  for (const piece of pieces) piece.style.width = `${piece.dataset.share * 100}%`; // a style attribute would need a wider policy
  return element("div", { class: "row" }, element("span", {}, title), element("div", { class: "bar" }, ...pieces), element("span", {}, said));
}

function amounts() {
  const years = picked("money_appropriated_fen");
  if (years.length) return ["money", years.map(({ labels, value }) => {
    const [paid, reserved] = [sum("money_paid_fen", labels) ?? 0, sum("money_reserved_fen", labels) ?? 0];
    const said = `${yuan(paid)} · ${yuan(reserved)} · ${yuan(value)}`;
    return bar(`${say(labels.unit)} ${labels.year}`, [paid, reserved - paid], value, said);
  })];
  const awards = [...new Set(picked("decisions").map((f) => f.labels.award))];
  const inForce = (award) => sum("decisions", { award, state: "approved" }) ?? 0;
  const openOnes = (award) => ["proposed", "in_notice", "suspended"].reduce((n, state) => n + (sum("decisions", { award, state }) ?? 0), 0);
  const top = Math.max(1, ...awards.map((a) => inForce(a) + openOnes(a)));
  return ["decided_by_award", awards.map((award) => bar(award, [inForce(award), openOnes(award)], top,
    `${number(inForce(award))} · ${number(openOnes(award))} · ${compactYuan(sum("decisions_in_force_fen", { award }) ?? 0)}`))];
}

function draw() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  document.title = `${say(service)} · ${say("status")}`;
  $("language").textContent = say("other_language");
  if (!last) {
    $("verdict").textContent = lost ? say(lost) : "";
    return;
  }
  const failing = last.loops.filter((loop) => loop.failures > 0);
  const dead = sum("dead_letters_open") ?? 0;
  const problems = [
    lost && say(lost),
    failing.length && `${say("failing")} ${failing.map((loop) => loop.loop).join(", ")}`,
    dead && `${say("dead_letters")} ${number(dead)}`,
    !last.loops.some((loop) => loop.process === "worker") && say("no_worker"),
    !last.loops.some((loop) => loop.process === "relay") && say("no_relay"),
  ].filter(Boolean);
  $("light").className = `light ${problems.length ? "bad" : "good"}`;
  $("light").setAttribute("aria-label", say(problems.length ? "attention" : "well"));
  const time = new Date(last.at).toLocaleTimeString(language);
  $("verdict").textContent = `${problems.length ? problems.join(" · ") : say("well")} — ${say("as_of")} ${time}`;

  $("flow").replaceChildren(...FLOW[service]().map(({ name, figures }) => element("li", {}, element("h3", {}, say(name)),
    element("dl", {}, ...figures.map(([what, value]) => element("div", {}, element("dt", {}, say(what)),
      element("dd", {}, value === undefined ? "–" : typeof value === "number" ? number(value) : value)))))));
  $("jobs").replaceChildren(...(last.jobs.length ? last.jobs.map((job) => bar(`${say(job.kind)} ${job.id.slice(0, 8)}`, [job.done], job.total,
    `${say(job.state)} ${number(job.done)} / ${number(job.total)} · ${ago(job.created_at, last.at)}`)) : [element("p", { class: "quiet" }, say("no_jobs"))]));
  $("charts").replaceChildren(...CHARTS.map(([name, write]) => chart(name, write)).filter(Boolean));
  const [title, rows] = amounts();
  $("amounts-section").hidden = !rows.length;
  $("amounts-title").textContent = say(title);
  $("amounts").replaceChildren(...rows);
  $("troubles").replaceChildren(table(["when", "what", "about", "why"],
    last.troubles.map((t) => [ago(t.at, last.at), `${say(t.kind)} ${t.id.slice(0, 8)}`, say(t.about), t.reason]), "no_troubles"));
  $("loops").replaceChildren(table(["process", "loop", "succeeded", "failures"], last.loops.map((l) => [`${say(l.process)} ${l.instance}`, l.loop,
    ago(l.succeeded_at, last.at), l.failures ? element("span", { class: "bad" }, `${number(l.failures)} · ${l.error}`) : "–"]), "no_loops"));
  $("figures").replaceChildren(table(["metric", "labels", "value#", "unit"], last.figures.map((f) => [f.name,
    Object.values(f.labels).filter(Boolean).join(" · "), f.unit === "seconds since 1970" ? new Date(f.value * 1000).toLocaleString(language) : number(f.value, 3),
    element("span", { class: "unit" }, f.unit)]), "no_figures"));
}

function enter(shown, refusal = "") {
  $("entrance").hidden = !shown;
  $("view").hidden = shown;
  $("refusal").textContent = refusal;
}

async function fetchToken() {
  const headers = { Authorization: `Basic ${btoa(`${credentials.client}:${credentials.secret}`)}`, "Content-Type": "application/x-www-form-urlencoded" };
  const answer = await fetch(document.body.dataset.tokenUrl, { method: "POST", headers, body: "grant_type=client_credentials&scope=metrics:read" });
  if (!answer.ok) throw new Error("refused");
  token = (await answer.json()).access_token;
  sessionStorage.setItem("token", token);
}

async function look() {
  if (token || credentials) {
    try {
      let answer = token ? await fetch("/v1/status", { headers: { Authorization: `Bearer ${token}` } }) : { status: 401 };
      if (answer.status === 401 && credentials) {
        await fetchToken();
        answer = await fetch("/v1/status", { headers: { Authorization: `Bearer ${token}` } });
      }
      if (answer.status === 401 || answer.status === 403) {
        token = null;
        sessionStorage.removeItem("token");
        enter(true, say(answer.status === 403 ? "not_allowed" : "expired"));
      } else if (answer.ok) {
        const before = last;
        last = await answer.json();
        lost = null;
        remember(before);
        enter(false);
      } else lost = "unavailable";
    } catch (error) {
      if (error.message === "refused") {
        credentials = null;
        enter(true, say("refused"));
      } else if (last) lost = "unreachable";
      else enter(true, say("unreachable"));
    }
  } else enter(true);
  draw();
}

$("entrance").addEventListener("submit", (event) => {
  event.preventDefault();
  credentials = Object.fromEntries(new FormData(event.target));
  look();
});
$("language").addEventListener("click", () => {
  language = language === "en" ? "zh-CN" : "en";
  localStorage.setItem("language", language);
  draw();
});
draw();
look();
setInterval(() => { if (!document.hidden && $("entrance").hidden) look(); }, EVERY_MS);
