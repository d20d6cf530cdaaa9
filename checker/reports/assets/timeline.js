// A session as a timeline: who wrote when, how long each turn waited, where the limit passed.
"use strict";
(() => {
  const { data, pick, say, make, table, onChange } = window.report;
  const dialog = document.getElementById("timeline");
  const body = document.getElementById("timeline-body");
  const day = (ms) => new Date(ms).toISOString().slice(0, 10);
  let shown = null, dated = false;
  // A session that goes over midnight says the day with every time.
  const clock = (ms) => (ms == null ? "" : new Date(ms).toISOString().slice(dated ? 5 : 11, 19).replace("T", " "));

  function elapsed(ms) {
    const seconds = Math.round(ms / 1000), h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60) % 60, s = seconds % 60;
    return `+${h ? `${h}:${String(m).padStart(2, "0")}` : m}:${String(s).padStart(2, "0")}`;
  }

  const roleWord = (role) => (role === "" ? "" : data.words[role] ? say(role) : role);

  function laneOf(role) { return { buyer: 0, bot: 1, system: 1, agent: 2 }[role] ?? 1; }

  function draw(holder, one, rule, turn) {
    const width = Math.max(300, holder.clientWidth), left = 64, right = 12, top = 34, lane = 46, height = top + 3 * lane + 26;
    const turns = one.turns.filter((t) => t[0] === rule.clock);
    const marks = one.marks.filter((m) => m[0] === rule.id);
    const instants = [...one.events.map((e) => e[0]), ...turns.flatMap((t) => [t[2], t[3]]), ...marks.map((m) => m[2])].filter((v) => v != null);
    const open = turns.some((t) => t[3] == null);
    if (open) instants.push(one.ended ?? one.asOf);
    let [from, to] = d3.extent(instants);
    if (from === to) to = from + 60000;
    const x = d3.scaleUtc([from, to], [left, width - right]);
    const svg = d3.select(holder).append("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height).attr("aria-hidden", "true");
    ["buyer", "bot", "agent"].forEach((role, i) => {
      const y = top + i * lane + lane / 2;
      svg.append("line").attr("class", "lane").attr("x1", left).attr("x2", width - right).attr("y1", y).attr("y2", y);
      svg.append("text").attr("class", "strong").attr("x", left - 10).attr("y", y + 4).attr("text-anchor", "end").text(role === "bot" ? `${say("bot")}` : role === "agent" ? say("agent") : say("buyer"));
    });
    for (const t of turns) {
      const end = t[3] ?? one.ended ?? one.asOf, late = marks.find((m) => m[1] === t[1])?.[2];
      const bar = svg.append("g").attr("class", t[1] === turn ? "turn mine" : "turn");
      const part = (style, a, b) => bar.append("rect").attr("class", style).attr("x", x(a)).attr("y", top + lane / 2 + 8).attr("height", 2 * lane - 16).attr("width", Math.max(2, x(b) - x(a)));
      part("soon", t[2], late ?? end);
      if (late != null) part("over", late, end);
      bar.append("title").text(say("turn_summary", { turn: t[1], wait: pick(t[4]) }));
      if (x(end) - x(t[2]) > 46) bar.append("text").attr("class", "strong").attr("x", x(t[2]) + 6).attr("y", top + lane / 2 + 22).text(pick(t[4]));
    }
    for (const e of one.events) {
      if (e[1] === "message") {
        const y = top + laneOf(e[2]) * lane + lane / 2;
        svg.append("circle").attr("class", `msg-${["buyer", "agent", "bot", "system"].includes(e[2]) ? e[2] : "system"}`).attr("cx", x(e[0])).attr("cy", y).attr("r", 5).append("title").text(`${clock(e[0])} ${roleWord(e[2])} ${e[3]}`);
      } else svg.append("line").attr("class", "instant").attr("x1", x(e[0])).attr("x2", x(e[0])).attr("y1", top).attr("y2", top + 3 * lane).append("title").text(`${clock(e[0])} ${say(e[1])}`);
    }
    let label = -Infinity;
    for (const m of marks) {
      svg.append("line").attr("class", "flag").attr("x1", x(m[2])).attr("x2", x(m[2])).attr("y1", top - 8).attr("y2", top + 3 * lane);
      const text = `▼ ${say("limit_passed", { limit: pick(rule.limit) })}`, anchor = x(m[2]) > width * 0.7 ? "end" : "start";
      if (x(m[2]) - label > 130) { svg.append("text").attr("class", "flagtext").attr("x", x(m[2])).attr("y", top - 14).attr("text-anchor", anchor).text(text); label = x(m[2]); }
    }
    const axis = svg.append("g").attr("transform", `translate(0,${top + 3 * lane + 4})`).call(d3.axisBottom(x).ticks(Math.max(2, Math.floor(width / 130)), d3.utcFormat(dated ? "%m-%d %H:%M" : "%H:%M:%S")).tickSizeOuter(0));
    axis.selectAll("path, line").attr("class", "axis").attr("stroke", null);
    axis.attr("font-size", null).attr("font-family", null);
  }

  function render() {
    if (!shown) return;
    const { row, rule, session } = shown;
    const [, , , , , turn, , , , , index] = row;
    document.getElementById("timeline-title").textContent = say("timeline_of", { name: session });
    const head = make("p", { class: "hint" }, pick(rule.title) || rule.id, rule.limit ? ` · ${say("limit", { limit: pick(rule.limit) })}` : "");
    if (index < 0) {
      const command = `checker explain DATA '${session.replaceAll("'", "'\\''")}' --rule ${rule.id}`;
      body.replaceChildren(head, make("p", {}, say("no_timeline", { n: data.cases.timelines.length })), make("pre", {}, make("code", {}, command)));
      return;
    }
    const one = data.cases.timelines[index];
    const turns = one.turns.filter((t) => t[0] === rule.clock);
    const passed = (t) => one.marks.find((m) => m[0] === rule.id && m[1] === t[1])?.[2];
    const start = one.events[0]?.[0] ?? turns[0]?.[2] ?? 0;
    dated = new Set([start, ...one.events.map((e) => e[0]), ...turns.flatMap((t) => [t[2], t[3], passed(t)])].filter((at) => at != null).map(day)).size > 1;
    const chart = make("div", { class: "chart", role: "img", "aria-label": turns.map((t) => say("turn_summary", { turn: t[1], wait: pick(t[4]) })).join("; ") || say("events") });
    const facts = make("p", { class: "hint" }, [one.platform, one.shop, day(start), one.zone].filter(Boolean).join(" · "));
    const limits = one.marks.filter((m) => m[0] === rule.id).map((m) => [m[2], "", say("limit_passed", { limit: pick(rule.limit) })]);
    const events = [...one.events.map(([at, kind, role, agent, automatic, note]) => [at, [roleWord(role === "agent" ? "agent" : role), agent].filter(Boolean).join(" "), [say(kind), automatic ? say("automatic") : "", note].filter(Boolean).join(" · ")]), ...limits];
    events.sort((a, b) => a[0] - b[0]);
    body.replaceChildren(head, facts, chart,
      ...(turns.length ? [make("h3", {}, say("turns")), make("div", { class: "scroll" }, table([say("turn"), say("asked"), say("replied"), say("wait"), say("passed_at"), say("agent")], turns.map((t) => [t[1] === turn ? `${t[1]} ◀` : t[1], clock(t[2]), clock(t[3]), pick(t[4]), clock(passed(t)), t[5]]), [0, 3]))] : []),
      make("h3", {}, say("events")),
      make("div", { class: "scroll" }, table([say("time"), say("elapsed"), say("who"), say("what")], events.map(([at, who, what]) => [clock(at), elapsed(at - start), who, what]), [1])));
    draw(chart, one, rule, turn);
  }

  window.report.openTimeline = (row, rule, session) => {
    shown = { row, rule, session };
    dialog.showModal();
    render();
    body.scrollTop = 0;
  };
  document.getElementById("timeline-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { shown = null; });
  onChange(() => { if (dialog.open) render(); });
})();
