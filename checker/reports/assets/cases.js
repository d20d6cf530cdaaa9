// The table of cases: filter, search, sort, page by page; only the rows in view exist.
"use strict";
(() => {
  const { data, pick, say, number, make, onChange } = window.report;
  const { rules, names, waits, rows } = data.cases;
  const table = document.getElementById("case-table");
  if (!table) return;
  const SIZE = 50;
  const [RULE, FAILS, PLATFORM, SHOP, SESSION, TURN, AGENT, AT, WAIT, TEXT] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const byId = (id) => document.getElementById(id);
  const name = (row, column) => (row[column] < 0 ? "" : names[row[column]]);
  const shop = (row) => (row[SHOP] < 0 ? say("one_shop") : names[row[SHOP]]);
  const local = (ms) => (ms == null ? "" : new Date(ms).toISOString().replace("T", " ").slice(0, 19));
  const columns = [
    ["outcome", (row) => -row[FAILS]], ["rule", (row) => row[RULE]], ["shop", (row) => `${name(row, PLATFORM)} ${name(row, SHOP)}`], ["session", (row) => name(row, SESSION)],
    ["turn", (row) => row[TURN] ?? -1], ["agent", (row) => name(row, AGENT)], ["time", (row) => row[AT] ?? -1], ["wait", (row) => row[WAIT]],
  ];
  const folded = rows.map((row) => [name(row, SESSION), name(row, AGENT), name(row, SHOP), name(row, PLATFORM)].join("\n").toLowerCase());
  let order = { column: -1, down: false }, page = 0, found = rows.map((_, i) => i);

  function select() {
    const words = byId("case-search").value.toLowerCase().trim().split(/\s+/).filter(Boolean);
    const rule = byId("case-rule").value, place = byId("case-shop").value, open = byId("case-unanswered").checked;
    found = [];
    rows.forEach((row, i) => {
      if (rule !== "" && row[RULE] !== Number(rule)) return;
      if (place !== "" && `${row[PLATFORM]}/${row[SHOP]}` !== place) return;
      if (open && row[WAIT] < 1e15) return;
      if (words.every((word) => folded[i].includes(word))) found.push(i);
    });
    if (order.column >= 0) {
      const key = columns[order.column][1], sign = order.down ? -1 : 1;
      const keys = new Map(found.map((i) => [i, key(rows[i])]));
      found.sort((a, b) => sign * (keys.get(a) < keys.get(b) ? -1 : keys.get(a) > keys.get(b) ? 1 : 0) || a - b);
    }
    page = 0;
    show();
  }

  function sort(column) {
    // Waits and times begin with the longest and the latest: that is what is looked for.
    const downFirst = ["wait", "time"].includes(columns[column][0]);
    order = order.column === column ? { column, down: !order.down } : { column, down: downFirst };
    select();
    headings();
    table.tHead.rows[0].cells[column].firstChild.focus();
  }

  function headings() {
    const cells = columns.map(([key], i) => make("th", { scope: "col", "aria-sort": order.column !== i ? "none" : order.down ? "descending" : "ascending", class: key === "wait" || key === "turn" ? "number" : null },
      make("button", { type: "button", onclick: () => sort(i) }, say(key) + (order.column === i ? (order.down ? " ↓" : " ↑") : ""))));
    table.tHead.replaceChildren(make("tr", {}, ...cells, make("td", {})));
  }

  function line(i) {
    const row = rows[i];
    const outcome = row[FAILS] ? "fail" : "warn";
    const session = name(row, SESSION);
    return make("tr", {},
      make("td", {}, make("span", { class: `badge ${outcome}` }, pick(data.outcomes[outcome]))),
      make("td", { class: "name" }, pick(rules[row[RULE]].title) || rules[row[RULE]].id),
      make("td", { class: "name" }, `${name(row, PLATFORM)} `, shop(row)),
      make("td", { class: "name" }, session),
      make("td", { class: "number" }, row[TURN] == null ? "" : String(row[TURN])),
      make("td", { class: "name" }, name(row, AGENT)),
      make("td", { class: "number" }, local(row[AT])),
      make("td", { class: "number" }, pick(waits[row[TEXT]])),
      make("td", {}, row[SESSION] < 0 ? null : make("button", { type: "button", "aria-label": say("open_of", { name: session }), onclick: () => window.report.openTimeline(row, rules[row[RULE]], session) }, say("open"))));
  }

  function show() {
    const pages = Math.max(1, Math.ceil(found.length / SIZE));
    page = Math.min(Math.max(page, 0), pages - 1);
    table.tBodies[0].replaceChildren(...found.slice(page * SIZE, (page + 1) * SIZE).map(line));
    byId("case-page").textContent = found.length ? say("page", { page: page + 1, pages, n: number(found.length) }) : say("none_found");
    byId("case-previous").disabled = page === 0;
    byId("case-next").disabled = page >= pages - 1;
  }

  function choices(id, all, options) {
    const box = byId(id), kept = box.value;
    box.replaceChildren(make("option", { value: "" }, all), ...options.map(([value, text]) => make("option", { value }, text)));
    box.value = kept;
    if (box.value !== kept) box.value = "";
  }

  const places = [...new Map(rows.map((row) => [`${row[PLATFORM]}/${row[SHOP]}`, row])).entries()].sort();
  const word = (key) => { const one = document.querySelector(`#chart-words`).content.querySelector(`[data-key="${key}"]`); return pick([one.dataset.zh, one.dataset.en]); };

  function dress() {
    const used = new Set(rows.map((row) => row[RULE]));
    choices("case-rule", say("all_rules"), rules.map((rule, i) => [i, pick(rule.title) || rule.id]).filter(([i]) => used.has(i)));
    choices("case-shop", word("all_shops"), places.map(([key, row]) => [key, `${name(row, PLATFORM)} ${shop(row)}`]));
    byId("case-previous").textContent = say("previous");
    byId("case-next").textContent = say("next");
    headings();
    show();
  }

  byId("case-filters").addEventListener("submit", (event) => event.preventDefault());
  let typing = 0;
  byId("case-search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(select, 120); });
  for (const id of ["case-rule", "case-shop", "case-unanswered"]) byId(id).addEventListener("change", select);
  byId("case-previous").addEventListener("click", () => { page -= 1; show(); });
  byId("case-next").addEventListener("click", () => { page += 1; show(); });
  onChange(dress);
})();
