"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const make = (tag, text, parent) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };

  // --- endpoints: search, choose, sort
  const table = document.getElementById("endpoints");
  const rows = table ? [...table.tBodies[0].rows] : [];
  const search = document.getElementById("search");
  const chosen = document.getElementById("choose");
  const shown = document.getElementById("shown");
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, index) => {
      const kinds = row.dataset.kinds.split(" ");
      const hit = words.every((word) => texts[index].includes(word)) && (!chosen.value || kinds.includes(chosen.value));
      row.hidden = !hit;
      count += hit ? 1 : 0;
    });
    shown.textContent = `${count} of ${rows.length}`;
  };
  if (table) {
    search.addEventListener("input", filter);
    chosen.addEventListener("change", filter);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].textContent;
        const order = rows.map((row, index) => [row, index]);
        order.sort((a, b) => (down ? -1 : 1) * key(a[0]).localeCompare(key(b[0]), "en", { numeric: true }) || a[1] - b[1]);
        table.tBodies[0].append(...order.map((pair) => pair[0]));
      });
    });
    filter();
  }

  // --- entities: zoom, move, find, choose
  const svg = document.getElementById("entities");
  if (!svg) return;
  const whole = { x: 0, y: 0, w: +svg.dataset.width, h: +svg.dataset.height };
  const view = { ...whole };
  const apply = () => svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const zoom = (factor, px = 0.5, py = 0.5) => {
    const w = Math.min(Math.max(view.w * factor, 260), whole.w * 2);
    const scale = w / view.w;
    view.x += view.w * (1 - scale) * px;
    view.y += view.h * (1 - scale) * py;
    view.w = w;
    view.h *= scale;
    apply();
  };
  const reset = () => {
    const room = svg.getBoundingClientRect();
    svg.style.height = `${Math.max(180, Math.min(room.height, (room.width * whole.h) / whole.w))}px`;
    const box = svg.getBoundingClientRect();
    Object.assign(view, whole);
    // a big diagram on a small screen starts with boxes that can be read
    const scale = Math.min(box.width / whole.w, box.height / whole.h);
    if (scale < 0.42) {
      view.w = box.width / 0.42;
      view.h = box.height / 0.42;
    }
    apply();
  };
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls unless a zoom is meant
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });
  let from = null;
  svg.addEventListener("pointerdown", (event) => { from = { x: event.clientX, y: event.clientY, moved: false }; });
  window.addEventListener("pointermove", (event) => {
    if (!from) return;
    const box = svg.getBoundingClientRect();
    const scale = Math.max(view.w / box.width, view.h / box.height);
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (Math.abs(dx) + Math.abs(dy) > 3) from.moved = true;
    if (!from.moved) return;
    view.x -= dx * scale;
    view.y -= dy * scale;
    from.x = event.clientX;
    from.y = event.clientY;
    apply();
  });
  let dragged = false;
  window.addEventListener("pointerup", () => { dragged = Boolean(from && from.moved); from = null; });
  document.getElementById("closer").addEventListener("click", () => zoom(0.8));
  document.getElementById("wider").addEventListener("click", () => zoom(1.25));
  document.getElementById("whole").addEventListener("click", () => { Object.assign(view, whole); apply(); choose(null); find.value = ""; });

  const boxes = [...svg.querySelectorAll(".entity")];
  const lines = [...svg.querySelectorAll(".link")];
  const detail = document.getElementById("detail");
  const find = document.getElementById("find");
  const fade = (keep) => {
    boxes.forEach((box) => box.classList.toggle("faded", keep !== null && !keep.has(box.dataset.entity)));
    lines.forEach((line) => {
      const near = keep !== null && keep.has(line.dataset.from) && keep.has(line.dataset.to);
      line.classList.toggle("faded", keep !== null && !near);
      line.classList.remove("near");
    });
  };
  const describe = (entity) => {
    detail.replaceChildren();
    make("h3", entity.name, detail);
    const said = [entity.table && entity.table !== entity.name ? `table ${entity.table}` : "", entity.place, entity.text];
    const line = make("p", said.filter(Boolean).join(" · "), detail);
    line.className = "soft";
    const fields = make("table", undefined, detail);
    const head = make("tr", undefined, make("thead", undefined, fields));
    for (const name of ["field", "type", "rules"]) make("th", name, head);
    const body = make("tbody", undefined, fields);
    for (const field of entity.fields) {
      const row = make("tr", undefined, body);
      make("code", field[0], make("td", undefined, row));
      make("td", field[1], row);
      make("td", field[2], row);
    }
    for (const [label, items] of [["indexes", entity.indexes], ["unique", entity.uniques], ["written by", entity.writers], ["read by", entity.readers]]) {
      if (!items.length) continue;
      const text = make("p", undefined, detail);
      make("b", `${label}  `, text);
      text.append(items.join(", "));
    }
  };
  const choose = (box) => {
    boxes.forEach((other) => other.classList.toggle("chosen", other === box));
    if (!box) {
      fade(null);
      detail.replaceChildren();
      return;
    }
    const own = box.dataset.entity;
    const keep = new Set([own]);
    const touching = lines.filter((line) => line.dataset.from === own || line.dataset.to === own);
    touching.forEach((line) => keep.add(line.dataset.from).add(line.dataset.to));
    fade(keep);
    lines.forEach((line) => line.classList.toggle("faded", !touching.includes(line)));
    touching.forEach((line) => line.classList.add("near"));
    describe(data[own]);
  };
  boxes.forEach((box) => {
    box.addEventListener("click", () => { if (!dragged) choose(box.classList.contains("chosen") ? null : box); });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(box); } });
  });
  find.addEventListener("input", () => {
    const word = find.value.trim().toLowerCase();
    const hits = boxes.filter((box) => {
      const entity = data[box.dataset.entity];
      return entity.name.toLowerCase().includes(word) || entity.fields.some((field) => field[0].toLowerCase().includes(word));
    });
    choose(null);
    if (!word) return;
    fade(new Set(hits.map((box) => box.dataset.entity)));
    const exact = hits.find((box) => data[box.dataset.entity].name.toLowerCase().startsWith(word)) || hits[0];
    if (exact) {
      const place = exact.querySelector("rect");
      view.x = +place.getAttribute("x") - view.w / 2 + 105;
      view.y = +place.getAttribute("y") - view.h / 2 + 70;
      if (view.w >= whole.w) Object.assign(view, whole);
      apply();
    }
  });
  reset();
})();
