// The charts of a rule, drawn with d3 as SVG, each with a text and a table that say the same.
"use strict";
(() => {
  const { data, pick, say, number, make, table, onChange } = window.report;
  const phrases = Object.fromEntries([...document.getElementById("chart-words").content.children].map((one) => [one.dataset.key, [one.dataset.zh, one.dataset.en]]));
  const percentages = new Set(["ratio", "every"]);

  function figure(title, summary, headings, rows, numeric, draw, wide = false) {
    const chart = make("div", { class: "chart", role: "img", "aria-label": `${pick(phrases[title])}. ${summary}` });
    const more = make("details", { class: "figtable" }, make("summary", {}, pick(phrases.as_table)));
    // Tables are made when they are opened: a page has hundreds of them.
    more.addEventListener("toggle", () => {
      if (more.open && more.children.length === 1) more.append(make("div", { class: "scroll", tabindex: "0" }, table(headings, rows(), numeric)));
    });
    const whole = make("figure", { class: wide ? "wide" : null }, make("figcaption", {}, pick(phrases[title])), chart, more);
    return { whole, draw: () => { chart.replaceChildren(); draw(chart, Math.max(260, chart.clientWidth)); } };
  }

  const canvas = (parent, width, height) => d3.select(parent).append("svg").attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height).attr("aria-hidden", "true");
  const tip = (shape, text) => shape.append("title").text(text);

  // -- periods -------------------------------------------------------------------------------------

  function axisText(kind, value) {
    if (percentages.has(kind)) return `${+value.toFixed(2)}%`;
    if (kind === "time") return new Date(value * 1000).toISOString().slice(11, 16);
    if (kind === "duration") {
      const units = [[86400, "d"], [3600, "h"], [60, "m"]];
      for (const [size, unit] of units) if (Math.abs(value) >= size) return `${+(value / size).toFixed(1)}${unit}`;
      return `${+value.toFixed(1)}s`;
    }
    return number(+value.toFixed(2));
  }

  // Seconds are read in minutes and hours, so steps are those of a clock.
  const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
  function ticksOf(kind, y, count) {
    if (kind !== "duration") return y.ticks(count);
    const [low, high] = y.domain(), step = STEPS.find((s) => (high - low) / s <= count + 1) ?? 86400 * Math.ceil((high - low) / 86400 / count);
    return d3.range(Math.ceil(low / step) * step, high + step / 100, step);
  }

  function scaleOf(kind, panels, height) {
    const values = panels.flatMap((panel) => panel.points.flatMap((p) => [p[2], p[5]])).filter((v) => v != null);
    let [low, high] = d3.extent(values);
    if (percentages.has(kind)) { high = Math.max(100, high); low = Math.max(0, Math.min(low, 100) - 5); } else low = Math.min(0, low);
    if (low === high) high = low + 1;
    const y = d3.scaleLinear([low, high], [height - 18, 10]);
    return kind === "duration" ? y.domain([low, high + (high - low) * 0.06]) : y.nice(4);
  }

  function mark(parent, x, y, outcome) {
    const shape = { fail: d3.symbolDiamond, warn: d3.symbolTriangle }[outcome] ?? d3.symbolCircle;
    const style = ["fail", "warn", "pass", "info"].includes(outcome) ? outcome : "other";
    return parent.append("path").attr("class", `dot-${style}`).attr("transform", `translate(${x},${y})`).attr("d", d3.symbol(shape, style === "fail" || style === "warn" ? 62 : 26)());
  }

  function panel(parent, one, kind, y, width, height) {
    const left = 42, right = 10;
    const svg = canvas(parent, width, height);
    const x = d3.scalePoint(d3.range(one.points.length), [left, width - right]).padding(0.4);
    for (const tick of ticksOf(kind, y, 3)) {
      svg.append("line").attr("class", "grid").attr("x1", left).attr("x2", width - right).attr("y1", y(tick)).attr("y2", y(tick));
      svg.append("text").attr("x", left - 5).attr("y", y(tick) + 3.5).attr("text-anchor", "end").text(axisText(kind, tick));
    }
    const bound = d3.line().defined((p) => p[5] != null).x((p, i) => x(i)).y((p) => y(p[5])).curve(d3.curveStep);
    if (one.points.length > 1) {
      svg.append("path").attr("class", "series").attr("d", d3.line((p, i) => x(i), (p) => y(p[2]))(one.points));
      svg.append("path").attr("class", "bound").attr("d", bound(one.points));
    } else if (one.points[0][5] != null) {
      svg.append("line").attr("class", "bound").attr("x1", left).attr("x2", width - right).attr("y1", y(one.points[0][5])).attr("y2", y(one.points[0][5]));
    }
    if (one.begins) {
      const at = (x(one.begins - 1) + x(one.begins)) / 2;
      svg.append("line").attr("class", "begins").attr("x1", at).attr("x2", at).attr("y1", 4).attr("y2", height - 14);
      const atEnd = at > width * 0.6;
      svg.append("text").attr("class", "halo").attr("x", at + (atEnd ? -4 : 4)).attr("y", 9).attr("text-anchor", atEnd ? "end" : "start").text(say("this_audit"));
    }
    one.points.forEach((p, i) => tip(mark(svg, x(i), y(p[2]), p[4]), [pick(p[1]), pick(p[3]), pick(p[6]), pick(data.outcomes[p[4]])].filter(Boolean).join(" · ")));
    const last = one.points.at(-1);
    // The label stands at the end where the line of values is farther from it.
    const gap = (points) => d3.min(points, (p) => Math.abs(y(p[2]) - y(p[5] ?? p[2]) + 8));
    const atStart = gap(one.points.slice(0, 3)) > gap(one.points.slice(-3));
    if (last[5] != null) svg.append("text").attr("class", "strong halo").attr("x", atStart ? left + 2 : width - right).attr("y", y(last[5]) - 4).attr("text-anchor", atStart ? "start" : "end").text(pick(last[6]));
    const ends = one.points.length > 1 ? [[0, "start", left], [one.points.length - 1, "end", width - right]] : [[0, "middle", x(0)]];
    for (const [i, anchor, at] of ends) svg.append("text").attr("x", at).attr("y", height - 3).attr("text-anchor", anchor).text(pick(one.points[i][1]));
  }

  // Where there is one period only, shops are compared instead.
  function bars(parent, rule, width) {
    const panels = rule.panels, row = 28, left = Math.min(200, width * 0.34), right = 90, top = 20;
    const values = panels.flatMap((one) => [one.points[0][2], one.points[0][5]]).filter((v) => v != null);
    const x = d3.scaleLinear([Math.min(0, d3.min(values)), percentages.has(rule.type) ? Math.max(100, d3.max(values)) : d3.max(values) || 1], [left, width - right]);
    const svg = canvas(parent, width, top + panels.length * row + 4);
    panels.forEach((one, i) => {
      const p = one.points[0], y = top + i * row;
      svg.append("text").attr("class", "strong").attr("x", left - 8).attr("y", y + 15).attr("text-anchor", "end").text(clip(pick(one.name), left / 6.5));
      tip(svg.append("rect").attr("class", `fill-${p[4]}`).attr("x", x(0)).attr("y", y).attr("width", Math.max(1.5, x(p[2]) - x(0))).attr("height", row - 8).attr("rx", 3), `${pick(one.name)}: ${pick(p[3])} (${pick(p[6])})`);
    });
    const bound = panels[0].points[0];
    if (bound[5] != null) {
      svg.append("line").attr("class", "bound").attr("x1", x(bound[5])).attr("x2", x(bound[5])).attr("y1", top - 6).attr("y2", top + panels.length * row);
      svg.append("text").attr("class", "strong").attr("x", x(bound[5])).attr("y", 10).attr("text-anchor", "middle").text(pick(bound[6]));
    }
    panels.forEach(({ points: [p] }, i) => svg.append("text").attr("class", "strong halo").attr("x", x(p[2]) + 6).attr("y", top + i * row + 15).text(`${pick(p[3])} ${pick(data.outcomes[p[4]])}`));
  }
  // About how many pixels a label takes: letters are half as wide as Chinese characters.
  const wide = (text) => d3.sum(text, (char) => (char > "\u2e7f" ? 11.5 : 6.6));
  // Names differ at their ends: what does not fit goes from the middle.
  const clip = (text, most) => {
    const room = Math.max(4, Math.floor(most) - 1);
    return text.length > most ? `${text.slice(0, Math.floor(room / 2))}…${text.slice(text.length - Math.ceil(room / 2))}` : text;
  };

  function trend(rule) {
    if (!rule.panels.length) return null;
    const single = rule.panels.every((one) => one.points.length === 1);
    const late = (one) => one.points.filter((p) => p[4] === "fail" || p[4] === "warn").length;
    const summary = rule.panels.map((one) => say("trend_summary", { name: pick(one.name), n: one.points.length, bad: late(one) })).join("; ");
    const rows = () => rule.panels.flatMap((one) => one.points.map((p) => [pick(one.name), pick(p[1]), pick(p[3]), pick(p[6]), pick(data.outcomes[p[4]])]));
    return figure(single ? "compare" : "trend", summary, [say("shop"), say("period"), say("value"), say("required"), say("outcome")], rows, [2, 3], (chart, width) => {
      if (single) { bars(chart, rule, Math.min(width, 760)); return; }
      const y = scaleOf(rule.type, rule.panels, 132);
      const holder = make("div", { class: "panels" });
      chart.append(holder);
      for (const one of rule.panels) {
        const cell = make("div", {}, make("p", { class: "panel-name" }, pick(one.name)));
        holder.append(cell);
        panel(cell, one, rule.type, y, Math.max(220, cell.clientWidth), 132);
      }
    }, true);
  }

  // The same over earlier audits; the figures of this one stand behind a line.
  function past(rule) {
    if (!rule.history.length) return null;
    const summary = rule.history.map((one) => say("history_summary", { name: pick(one.name), since: pick(one.since) })).join("; ");
    const rows = () => rule.history.flatMap((one) => one.points.map((p, i) => [pick(one.name), pick(p[1]), pick(p[3]), pick(p[6]), pick(data.outcomes[p[4]]), one.begins != null && i >= one.begins ? say("this_audit") : ""]));
    return figure("history", summary, [say("shop"), say("period"), say("value"), say("required"), say("outcome"), ""], rows, [2, 3], (chart) => {
      const drawn = rule.history.filter((one) => one.points.length), holder = make("div", { class: "panels" });
      const y = scaleOf(rule.type, drawn, 142).range([142 - 18, 26]);
      chart.append(holder);
      for (const one of drawn) {
        const cell = make("div", {}, make("p", { class: "panel-name" }, make("strong", {}, pick(one.name)), make("br"), pick(one.since)));
        holder.append(cell);
        panel(cell, one, rule.type, y, Math.max(220, cell.clientWidth), 142);
      }
    }, true);
  }

  function days(slice) {
    if (slice.days.length < 2) return null;
    const points = slice.days.map(([day, rows, good, share]) => [day, day.slice(5), (good / rows) * 100, `${share} (${good}/${rows})`, "", null, ""]);
    const rows = () => slice.days.map(([day, all, good, share]) => [day, number(all), number(all - good), share]);
    const worst = d3.least(points, (p) => p[2]);
    return figure("days", `${worst[0]}: ${worst[3]}`, [say("day"), say("judged"), say("bad"), say("share_good")], rows, [1, 2, 3], (chart, width) => {
      const one = { name: "", points };
      panel(chart, one, "ratio", scaleOf("ratio", [one], 150), Math.min(width, 720), 150);
    });
  }

  // -- one shop or all -----------------------------------------------------------------------------

  function funnel(part, slice) {
    const name = ([key, , conditions]) => {
      if (key === "good" && part.timed) return say("good_in_time");
      return say(key, { noun: pick(part.noun), condition: conditions.join(" and ") });
    };
    const steps = slice.funnel.map((step, i) => [name(step), step[1], i ? slice.shares[i - 1] : "", step[2].join(" and ")]);
    const summary = steps.map(([label, rows]) => `${label} ${number(rows)}`).join(", ");
    return figure(part.judges ? "funnel" : "funnel_counted", summary, [say("stage"), say("number"), say("of_before"), say("condition")], () => steps.map(([a, b, c, d]) => [a, number(b), c, d]), [1, 2], (chart, width) => {
      const row = 30, left = Math.min(width * 0.42, Math.max(96, 12 + d3.max(steps, ([label]) => wide(label))));
      const x = d3.scaleLinear([0, Math.max(1, steps[0][1])], [0, width - left - 118]);
      const svg = canvas(chart, width, steps.length * row + 4);
      steps.forEach(([name, rows, share, condition], i) => {
        const y = i * row + 4;
        tip(svg.append("text").attr("class", "strong").attr("x", left - 8).attr("y", y + 15).attr("text-anchor", "end").text(clip(name, (left - 8) * name.length / Math.max(1, wide(name)))), condition || name);
        tip(svg.append("rect").attr("class", i === steps.length - 1 && part.judges ? "fill-pass" : "ontime").attr("x", left).attr("y", y).attr("width", rows ? Math.max(1.5, x(rows)) : 0).attr("height", row - 9).attr("rx", 3), `${name}: ${number(rows)}${condition ? ` (${condition})` : ""}`);
        svg.append("text").attr("class", "strong").attr("x", left + Math.max(1.5, x(rows)) + 6).attr("y", y + 15).text(number(rows) + (share ? ` · ${share}` : ""));
      });
    });
  }

  function waits(rule, slice) {
    if (!slice.waits || slice.waits.total + slice.waits.unanswered === 0) return null;
    const { bars, unanswered, total } = slice.waits;
    const late = d3.sum(bars, (bar) => (bar[2] ? bar[1] : 0));
    const shown = [...bars.map(([name, n, over]) => [pick(name), n, over ? "late" : "ontime"]), ...(unanswered ? [[say("unanswered"), unanswered, "unanswered"]] : [])];
    const summary = rule.limit == null ? say("waits_summary_plain", { n: number(total), none: number(unanswered) }) : say("waits_summary", { n: number(total), late: number(late), none: number(unanswered) });
    return figure("waits", summary, [say("waited"), say("number"), ""], () => shown.map(([name, n, style]) => [name, number(n), rule.limit == null || style === "unanswered" ? "" : say(style === "late" ? "beyond" : "within")]), [1], (chart, width) => {
      const row = 22, left = Math.min(104, width * 0.3), top = 16;
      const x = d3.scaleLinear([0, d3.max(shown, (s) => s[1]) || 1], [0, width - left - 56]);
      const svg = canvas(chart, width, top + shown.length * row + 4);
      shown.forEach(([name, n, style], i) => {
        const y = top + i * row;
        svg.append("text").attr("class", "strong").attr("x", left - 8).attr("y", y + 13).attr("text-anchor", "end").text(name);
        tip(svg.append("rect").attr("class", style).attr("x", left).attr("y", y + 1).attr("width", Math.max(n ? 1.5 : 0, x(n))).attr("height", row - 6).attr("rx", 2), `${name}: ${number(n)}`);
        svg.append("text").attr("x", left + x(n) + 6).attr("y", y + 13).text(number(n));
      });
      const cut = shown.findIndex((s) => s[2] !== "ontime");
      if (rule.limit != null) {
        const y = top + (cut < 0 ? shown.length : cut) * row - 1.5;
        svg.append("line").attr("class", "bound").attr("x1", 0).attr("x2", width).attr("y1", y).attr("y2", y);
        svg.append("text").attr("class", "strong").attr("x", width).attr("y", y - 4).attr("text-anchor", "end").text(say("limit", { limit: pick(rule.limitText) }));
      }
    });
  }

  function hours(slice) {
    if (!slice.hours.length && !slice.staff.length) return null;
    const hour = (h) => `${String(h).padStart(2, "0")}:00`;
    const staffed = new Map(slice.staff.map(([d, h, milli]) => [d * 24 + h, milli / 1000]));
    const judged = new Map(slice.hours.map(([d, h, rows, bad]) => [d * 24 + h, [rows, bad]]));
    const title = !slice.staff.length ? "hours_plain" : !slice.hours.length ? "hours_staff" : "hours";
    const worst = d3.greatest(slice.hours, (c) => c[3]);
    const summary = worst ? say("hours_summary", { day: pick(data.weekdays[worst[0]]), hour: hour(worst[1]), bad: worst[3] }) : "";
    const keys = [...new Set([...judged.keys(), ...[...staffed].filter(([, n]) => n > 0).map(([k]) => k)])].sort(d3.ascending);
    const rows = () => keys.map((k) => [pick(data.weekdays[Math.floor(k / 24)]), hour(k % 24), ...(judged.get(k) ?? [0, 0]).toReversed(), slice.staff.length ? (staffed.get(k) ?? 0).toFixed(1) : ""]);
    return figure(title, summary, [say("weekday"), say("hour"), say("bad"), say("judged"), say("online")], rows, [2, 3, 4], (chart, available) => {
      const scroller = make("div", { class: "wideheat", tabindex: available < 560 ? "0" : null });
      chart.append(scroller);
      const width = Math.max(560, Math.min(available, 1100)), left = 40, box = (width - left - 4) / 24, row = 22;
      const panels = [];
      if (slice.hours.length) panels.push(["bad_panel", "heat", (k) => (judged.has(k) ? judged.get(k)[1] : null), (v) => (v ? String(v) : ""), (d, h, k) => say("hour_cell", { day: d, hour: h, bad: judged.get(k)?.[1] ?? 0, rows: judged.get(k)?.[0] ?? 0 })]);
      if (slice.staff.length) panels.push(["staff_panel", "staff", (k) => staffed.get(k) ?? null, (v) => (v >= 0.05 ? v.toFixed(v < 9.95 ? 1 : 0) : ""), (d, h, k) => say("staff_cell", { day: d, hour: h, n: (staffed.get(k) ?? 0).toFixed(1) })]);
      const tall = 7 * row + 40;
      const svg = canvas(scroller, width, panels.length * tall - 8);
      panels.forEach(([name, style, value, text, told], p) => {
        const top = p * tall + 18;
        svg.append("text").attr("class", "strong").attr("x", left).attr("y", top - 6).text(say(name));
        const most = d3.max(d3.range(168), value) || 1;
        for (let d = 0; d < 7; d += 1) {
          svg.append("text").attr("x", left - 6).attr("y", top + d * row + 15).attr("text-anchor", "end").text(pick(data.weekdays[d]));
          for (let h = 0; h < 24; h += 1) {
            const k = d * 24 + h, v = value(k), x = left + h * box, y = top + d * row;
            const cell = svg.append("g");
            cell.append("rect").attr("class", "cellbox").attr("x", x).attr("y", y).attr("width", box - 1.5).attr("height", row - 1.5).attr("rx", 2);
            if (v) cell.append("rect").attr("class", style).attr("x", x).attr("y", y).attr("width", box - 1.5).attr("height", row - 1.5).attr("rx", 2).attr("fill-opacity", 0.12 + 0.75 * (v / most));
            if (v && box > 19) cell.append("text").attr("class", "onheat").attr("x", x + box / 2 - 0.75).attr("y", y + 14.5).attr("text-anchor", "middle").text(text(v));
            tip(cell, told(pick(data.weekdays[d]), hour(h), k));
          }
        }
        for (let h = 0; h < 24; h += 3) svg.append("text").attr("x", left + h * box).attr("y", top + 7 * row + 12).text(hour(h));
      });
    }, true);
  }

  // -- all of a rule -------------------------------------------------------------------------------

  const chosen = {};

  // A population that a rule measures: the whole of it or one shop's.
  function drawPart(part, id, single) {
    const slice = part.slices[chosen[id] ?? 0], made = [];
    if (single) made.push(days(slice));
    made.push(waits(part, slice), part.judges || slice.funnel.length > 1 || part.part ? funnel(part, slice) : null);
    if (slice.hours.length || !part.part) made.push(hours(slice)); // staffing alone is the same for every part
    const figures = made.filter(Boolean), before = [];
    if (part.part) before.push(make("h4", { class: "part" }, say("part", { name: part.part, noun: pick(part.noun) })));
    if (part.slices.length > 1 && figures.length) {
      const redraw = (event) => { chosen[id] = Number(event.target.value); drawOpen(); document.getElementById(`shop-${id}`).focus(); };
      const select = make("select", { id: `shop-${id}`, onchange: redraw },
        ...part.slices.map((one, i) => make("option", { value: i, selected: i === (chosen[id] ?? 0) }, one.name ? pick(one.name) : pick(phrases.all_shops))));
      before.push(make("p", { class: "picker" }, make("label", { for: `shop-${id}` }, `${pick(phrases.shop_filter)} `), select));
    }
    return figures.length ? { before, figures } : { before: [], figures };
  }

  function drawRule(holder) {
    const id = holder.dataset.charts, rule = data.charts[id];
    if (!rule) return;
    const wide = [trend(rule), past(rule)].filter(Boolean), single = rule.panels.every((one) => one.points.length === 1);
    const parts = rule.parts.filter((part) => part.slices.length).map((part, i) => drawPart(part, `${id}-${i}`, single));
    holder.replaceChildren(...wide.map((one) => one.whole), ...parts.flatMap((part) => [...part.before, ...part.figures.map((one) => one.whole)]));
    [...wide, ...parts.flatMap((part) => part.figures)].forEach((one) => one.draw());
    holder.dataset.drawn = "yes";
  }

  const drawOpen = () => document.querySelectorAll("[data-charts]").forEach((holder) => { if (holder.closest("details").open) drawRule(holder); else delete holder.dataset.drawn; });
  document.querySelectorAll("details.rule").forEach((section) => section.addEventListener("toggle", () => {
    const holder = section.querySelector("[data-charts]");
    if (section.open && holder && !holder.dataset.drawn) drawRule(holder);
  }));
  let waiting = 0, width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth; clearTimeout(waiting); waiting = setTimeout(drawOpen, 150);
  });
  onChange(drawOpen);
})();
