"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const make = (tag, text, parent, name) => {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text; // never markup: names come from the code that was read
  if (name) node.className = name;
  if (parent) parent.append(node);
  return node;
};
const numbers = new Map(data.entities.map((entity, index) => [entity.name, index]));
const label = (operation) => `${operation.method} ${operation.path}`;
const remember = (what) => history.replaceState(null, "", what ? `#${what.replace(/=.*/s, "")}=${encodeURIComponent(what.replace(/^[^=]*=/, ""))}` : location.pathname + location.search);
let showEntity = () => {};
let showOperation = () => {};

/* a list under a heading; entities and operations lead to themselves */
const list = (title, items, parent, link) => {
  if (!items || !items.length) return;
  const part = make("div", undefined, parent);
  make("h4", title, part);
  const all = make("ul", undefined, part);
  const add = (from, to) => items.slice(from, to).forEach((item) => {
    const line = make("li", undefined, all);
    const target = link ? link(item) : null;
    if (!target) { make("bdi", item, line); return; }
    make("button", target[0], line, "to").addEventListener("click", target[1]);
  });
  add(0, 12);
  if (items.length > 12) {
    const more = make("button", `${items.length - 12} more`, part, "to");
    more.addEventListener("click", () => { add(12); more.remove(); });
  }
};
const entityLink = (text) => {
  const name = text.replace(/^(insert|update|delete|upsert|save|write) /, "").replace(/ \([^)]*\)$/, "");
  const found = numbers.has(text) ? text : name;
  return numbers.has(found) ? [text, () => showEntity(numbers.get(found))] : null;
};
const operationLink = (index) => [label(data.operations[index]), () => showOperation(index)];

/* operations: search, filter, sort, pages, details */
(() => {
  const table = document.getElementById("endpoints");
  if (!table) return;
  const PAGE = 100;
  const by = (id) => document.getElementById(id);
  const [search, kind, method, choose, clear, shown] = ["search", "kind", "method", "choose", "clear", "shown"].map(by);
  const pager = table.parentNode.querySelector(".pager");
  const heads = [...table.tHead.rows[0].cells];
  const doing = (operation) => [...(operation.writes || []), ...(operation.publishes || []).map((name) => `publishes ${name}`), ...(operation.calls || []).map((call) => `calls ${call}`)];
  const cells = (operation) => [operation.method, operation.path, operation.who || (operation.open ? "nothing found" : ""), (operation.reads || []).join(", "), doing(operation).join(", "), operation.where];
  const texts = data.operations.map((operation) => [...cells(operation), operation.entry || "", operation.text || "", ...(operation.guards || [])].join("\n").toLowerCase());
  const keys = data.operations.map(cells);
  const passes = {
    "": () => true,
    open: (operation) => operation.open,
    writes: (operation) => Boolean(operation.writes),
    apart: (operation) => (operation.notes || []).includes("writes are not in one transaction"),
    calls: (operation) => Boolean(operation.calls),
    publishes: (operation) => Boolean(operation.publishes),
  };
  let order = data.operations.map((_, index) => index);
  let hits = order;
  let page = 0;
  const collator = new Intl.Collator("en", { numeric: true });

  const row = (index) => {
    const operation = data.operations[index];
    const line = make("tr");
    line.dataset.index = index;
    const first = make("td", undefined, line);
    for (const word of operation.method.split(" ")) make("span", word, first, `badge ${word.toLowerCase().replace(/[^a-z]/g, "")}`);
    const path = make("button", operation.path, make("td", undefined, line), "path");
    path.setAttribute("aria-expanded", "false");
    path.addEventListener("click", () => toggle(line, path, index));
    const who = make("td", undefined, line);
    if (operation.who) { who.dataset.label = "who"; make("bdi", operation.who, who); } else if (operation.open) make("span", "nothing found", who, "badge none");
    const reads = make("td", brief(operation.reads || []), line);
    const writes = make("td", brief(doing(operation)), line);
    if (reads.textContent) reads.dataset.label = "reads";
    if (writes.textContent) writes.dataset.label = "writes";
    make("code", operation.where, make("td", undefined, line), "soft");
    return line;
  };
  const brief = (items) => items.slice(0, 6).join(", ") + (items.length > 6 ? `, and ${items.length - 6} more` : "");
  const toggle = (line, path, index) => {
    const next = line.nextElementSibling;
    const open = Boolean(next && next.classList.contains("inside"));
    if (open) next.remove(); else line.after(inside(data.operations[index]));
    line.classList.toggle("open", !open);
    path.setAttribute("aria-expanded", String(!open));
    remember(open ? "" : `operation=${label(data.operations[index])}`);
  };
  const inside = (operation) => {
    const line = make("tr", undefined, undefined, "inside");
    const cell = make("td", undefined, line);
    cell.colSpan = heads.length;
    if (operation.text) make("p", operation.text, cell);
    const columns = make("div", undefined, cell, "columns");
    list("Who gets through", operation.who ? [operation.who] : [operation.open ? "nothing was found that asks who calls" : ""].filter(Boolean), columns);
    list("Guards in the code", operation.guards, columns);
    list("Which rows", operation.rows, columns);
    list("Reads", operation.reads, columns, entityLink);
    list("Writes", operation.effects || operation.writes, columns, entityLink);
    list("Publishes", operation.publishes, columns);
    list("Calls", operation.calls, columns);
    list("Noted", operation.notes, columns);
    list("Code", [operation.entry, operation.where].filter(Boolean), columns);
    return line;
  };
  const draw = () => {
    const last = Math.max(0, Math.ceil(hits.length / PAGE) - 1);
    page = Math.min(Math.max(page, 0), last);
    const some = hits.slice(page * PAGE, page * PAGE + PAGE);
    table.tBodies[0].replaceChildren(...some.map(row));
    pager.hidden = last === 0;
    by("before").disabled = page === 0;
    by("after").disabled = page === last;
    by("place").textContent = `${page * PAGE + 1}–${page * PAGE + some.length} of ${hits.length.toLocaleString("en")}`;
    const asked = Boolean(search.value || kind.value || method.value || choose.value);
    clear.hidden = !asked;
    shown.textContent = hits.length ? (asked ? `${hits.length.toLocaleString("en")} of ${data.operations.length.toLocaleString("en")}` : "") : "nothing matches";
  };
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    hits = order.filter((index) => {
      const operation = data.operations[index];
      return words.every((word) => texts[index].includes(word)) && (!kind.value || operation.kind === kind.value)
        && (!method.value || operation.method.split(" ").includes(method.value)) && passes[choose.value](operation);
    });
    page = 0;
    draw();
  };
  const reset = () => { search.value = ""; for (const each of [kind, method, choose]) each.value = ""; };
  search.addEventListener("input", filter);
  for (const each of [kind, method, choose]) each.addEventListener("change", filter);
  clear.addEventListener("click", () => { reset(); filter(); search.focus(); });
  const turn = (step) => { page += step; draw(); by("operations").scrollIntoView(); };
  by("before").addEventListener("click", () => turn(-1));
  by("after").addEventListener("click", () => turn(1));
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    order = [...order].sort((a, b) => sign * collator.compare(keys[a][column], keys[b][column]) || a - b);
    filter();
  }));
  for (const count of document.querySelectorAll("[data-choose]")) count.addEventListener("click", () => {
    reset();
    const wanted = count.dataset.choose;
    if (wanted in passes) choose.value = wanted; else kind.value = wanted;
    filter();
    by("operations").scrollIntoView();
  });
  showOperation = (index) => {
    reset();
    filter();
    page = Math.floor(hits.indexOf(index) / PAGE);
    draw();
    const line = table.querySelector(`tr[data-index="${index}"]`);
    const path = line.querySelector(".path");
    toggle(line, path, index);
    line.scrollIntoView({ block: "center" });
    path.focus({ preventScroll: true });
  };
  draw();
})();
