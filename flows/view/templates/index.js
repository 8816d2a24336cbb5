"use strict";
// The index: search, filters and a list of which only what is in sight is drawn. Text is set as text, never as markup.
(() => {
  const { columns: col, words, families } = JSON.parse(document.getElementById("data").textContent);
  const FACETS = [["outcome", "Outcome"], ["site", "Site"], ["language", "Language"], ["reason", "Reason"], ["run", "Run"], ["flag", "Flag"]];
  const SORTS = [
    ["", "Newest first", null],
    ["title", "Title", (a, b) => heading(a).localeCompare(heading(b))],
    ["day", "Latest date", (a, b) => col.day[b].localeCompare(col.day[a])],
    ["cut", "Most cut", (a, b) => share(b) - share(a)],
    ["short", "Shortest kept", (a, b) => col.kept[a] - col.kept[b]],
    ["long", "Longest kept", (a, b) => col.kept[b] - col.kept[a]],
    ["versions", "Most versions", (a, b) => col.versions[b] - col.versions[a]],
  ];
  const HEIGHT = 72, SPARE = 8;
  const total = col.id.length;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
  const hay = col.id.map((id, i) => `${plain(col.title[i])}\n${plain(col.name[i])}\n${id}`);
  const heading = (i) => col.title[i] || col.name[i];
  const share = (i) => col.cut[i] / Math.max(1, col.cut[i] + col.kept[i]);
  const number = (n) => n.toLocaleString("en");
  const at = (id) => document.getElementById(id);
  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  const list = at("list"), q = at("q"), selects = {};
  let found = [], drawn = "", later = 0, own = "";

  function select(name, label, options) {
    const node = make("select");
    node.setAttribute("aria-label", label);
    for (const [value, text] of options) {
      const option = make("option", "", text);
      option.value = value;
      node.append(option);
    }
    node.addEventListener("change", () => changed());
    at("fields").append(node);
    selects[name] = node;
  }

  for (const [name, label] of FACETS) {
    const counts = new Array(words[name].length).fill(0);
    for (const values of col[name]) for (const value of values) counts[value]++;
    const order = counts.map((_, value) => value).sort((a, b) => counts[b] - counts[a] || words[name][a].localeCompare(words[name][b]));
    if (name === "run") order.sort((a, b) => words.run[b].localeCompare(words.run[a]));
    select(name, label, [["", label], ...order.map((value) => [words[name][value], `${words[name][value]} (${number(counts[value])})`])]);
  }
  select("sort", "Order", SORTS.map(([value, text]) => [value, text]));
  const reset = make("button", "", "Reset");
  reset.addEventListener("click", () => { q.value = ""; for (const name in selects) selects[name].value = ""; changed(); });
  at("fields").append(reset);

  function filter() {
    const needles = plain(q.value).split(/\s+/).filter(Boolean);
    const wanted = [];
    for (const [name] of FACETS) if (selects[name].value) wanted.push([col[name], words[name].indexOf(selects[name].value)]);
    const kept = [];
    next: for (let i = 0; i < total; i++) {
      for (const [values, value] of wanted) if (!values[i].includes(value)) continue next;
      for (const needle of needles) if (!hay[i].includes(needle)) continue next;
      kept.push(i);
    }
    const order = SORTS.find(([value]) => value === selects.sort.value)[2];
    return order ? kept.sort(order) : kept;
  }

  function chip(reason) {
    const node = make("span", `chip ${families[reason] || "plain"}`);
    node.append(make("b", "", reason));
    return node;
  }

  function titled(i) {
    const node = make("div", col.title[i] ? "t" : "t none");
    const text = make("bdi", "", heading(i));
    text.dir = "auto";
    node.append(text);
    const about = [words.site[col.site[i][0]], words.language[col.language[i][0]], col.day[i], col.title[i] ? col.name[i] : ""];
    const more = make("div", "m"), told = make("bdi", "", about.filter(Boolean).join(" · "));
    more.append(told);
    const box = make("div");
    box.append(node, more);
    return box;
  }

  function bar(i) {
    const box = make("div", "s"), whole = col.cut[i] + col.kept[i], outer = make("div", whole ? "share" : "share nothing");
    const inner = make("i");
    inner.style.width = `${whole ? (100 * col.kept[i]) / whole : 0}%`;
    outer.append(inner);
    box.append(outer, make("div", "k num", whole ? `${number(col.kept[i])} of ${number(whole)}` : ""));
    return box;
  }

  function row(i, place) {
    const node = make("a", "row"), outcome = words.outcome[col.outcome[i][0]];
    node.href = `documents/${col.id[i].slice(0, 2)}/${col.id[i]}.html`;
    node.style.transform = `translateY(${place * HEIGHT}px)`;
    node.setAttribute("role", "listitem");
    const reasons = make("div", "r"), mark = make("div", "o");
    for (const value of col.reason[i].slice(0, 2)) reasons.append(chip(words.reason[value]));
    if (col.reason[i].length > 2) reasons.append(make("span", "small soft", `+${col.reason[i].length - 2}`));
    mark.append(make("span", `badge ${outcome}`, outcome));
    if (col.versions[i] > 1) mark.append(make("div", "k num", `${col.versions[i]} versions`));
    node.append(titled(i), reasons, bar(i), mark);
    return node;
  }

  function draw() {
    const top = Math.max(0, window.scrollY - list.offsetTop);
    const first = Math.max(0, Math.floor(top / HEIGHT) - SPARE);
    const last = Math.min(found.length, Math.ceil((top + window.innerHeight) / HEIGHT) + SPARE);
    if (drawn === `${first} ${last}`) return;
    drawn = `${first} ${last}`;
    const rows = document.createDocumentFragment();
    for (let place = first; place < last; place++) rows.append(row(found[place], place));
    list.replaceChildren(rows);
  }

  function show() {
    found = filter();
    drawn = "";
    for (const name in selects) selects[name].classList.toggle("on", Boolean(selects[name].value));
    let kept = 0, cut = 0;
    for (const i of found) { kept += col.kept[i]; cut += col.cut[i]; }
    at("count").textContent = found.length === total ? `${number(total)} documents and refused inputs` : `${number(found.length)} of ${number(total)}`;
    at("sums").textContent = kept + cut ? `${number(kept)} characters kept, ${number(cut)} cut` : "";
    list.style.height = `${found.length * HEIGHT}px`;
    draw();
  }

  // The state stands in the address, so that a link, a reload and the way back find it again.
  function remember() {
    const state = new URLSearchParams();
    if (q.value) state.set("q", q.value);
    for (const name in selects) if (selects[name].value) state.set(name, selects[name].value);
    if (location.hash.slice(1) === state.toString()) return;
    location.replace(`#${state}`);
    own = location.hash;
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    q.value = state.get("q") || "";
    for (const name in selects) {
      selects[name].value = state.get(name) || "";
      if (selects[name].selectedIndex < 0) selects[name].value = "";
    }
    show();
  }

  function changed() {
    show();
    clearTimeout(later);
    later = setTimeout(remember, 300);
  }

  q.addEventListener("input", changed);
  window.addEventListener("scroll", draw, { passive: true });
  window.addEventListener("resize", draw);
  window.addEventListener("hashchange", () => { if (location.hash !== own) recall(); });
  at("filters").hidden = false;
  recall();
})();
