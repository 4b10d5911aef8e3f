/* the section that is read now */
(() => {
  const links = [...document.querySelectorAll("nav a")];
  const heads = links.map((link) => document.querySelector(link.getAttribute("href")));
  const mark = () => {
    let here = -1;
    heads.forEach((head, index) => { if (head && head.getBoundingClientRect().top < 120) here = index; });
    links.forEach((link, index) => link.classList.toggle("here", index === here));
  };
  window.addEventListener("scroll", mark, { passive: true });
  mark();
})();

/* entities: zoom, move, find, choose */
(() => {
  const svg = document.getElementById("entities");
  if (!svg) return;
  const by = (id) => document.getElementById(id);
  const split = svg.closest(".split"), detail = by("detail"), find = by("find");
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
  const shape = () => { // the view has the shape of its room, so that a step of the pointer is a step of the drawing
    const room = svg.getBoundingClientRect();
    const centre = { x: view.x + view.w / 2, y: view.y + view.h / 2 };
    view.h = (view.w * room.height) / room.width;
    view.x = centre.x - view.w / 2;
    view.y = centre.y - view.h / 2;
  };
  const fit = () => {
    const room = svg.getBoundingClientRect();
    view.w = Math.max(whole.w, (whole.h * room.width) / room.height);
    view.h = (view.w * room.height) / room.width;
    view.x = (whole.w - view.w) / 2;
    view.y = (whole.h - view.h) / 2;
    apply();
  };
  const start = () => {
    const room = svg.getBoundingClientRect();
    svg.style.height = `${Math.max(200, Math.min(room.height, (room.width * whole.h) / whole.w))}px`;
    fit();
    const scale = room.width / view.w;
    if (scale < 0.2) { // a big drawing on a small screen starts with boxes that can be read
      view.w = room.width / 0.4;
      view.x = view.y = 0;
      view.h = (view.w * svg.getBoundingClientRect().height) / room.width;
      apply();
    }
  };
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls unless a zoom is meant
    event.preventDefault();
    const box = svg.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 0.87, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }, { passive: false });
  const fingers = new Map();
  let moved = false, spread = 0;
  const gap = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 1) moved = false;
    if (fingers.size === 2) spread = gap();
  });
  window.addEventListener("pointermove", (event) => {
    const from = fingers.get(event.pointerId);
    if (!from) return;
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (!moved && Math.abs(dx) + Math.abs(dy) < 4) return;
    moved = true;
    svg.classList.add("moving");
    from.x = event.clientX;
    from.y = event.clientY;
    if (fingers.size === 2) { const now = gap(); zoom(spread / now); spread = now; return; }
    const scale = view.w / svg.getBoundingClientRect().width;
    view.x -= dx * scale;
    view.y -= dy * scale;
    apply();
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => { fingers.delete(event.pointerId); svg.classList.remove("moving"); });
  by("closer").addEventListener("click", () => zoom(0.75));
  by("wider").addEventListener("click", () => zoom(1.33));
  by("whole").addEventListener("click", () => { choose(null); find.value = ""; fit(); });
  window.addEventListener("resize", () => { shape(); apply(); });

  const boxes = [...svg.querySelectorAll(".entity")];
  const lines = [...svg.querySelectorAll(".link")];
  const fade = (keep) => {
    boxes.forEach((box) => { box.classList.toggle("faded", keep !== null && !keep.has(+box.dataset.entity)); box.classList.remove("near"); });
    lines.forEach((line) => { line.classList.toggle("faded", keep !== null); line.classList.remove("near"); });
  };
  const describe = (entity) => {
    detail.replaceChildren();
    make("h3", entity.name, detail);
    const close = make("button", "✕", detail, "close");
    close.setAttribute("aria-label", "close");
    close.addEventListener("click", () => choose(null));
    make("p", [entity.table && entity.table !== entity.name ? `table ${entity.table}` : "", entity.place].filter(Boolean).join(" · "), detail, "soft");
    if (entity.text) make("p", entity.text, detail);
    const body = make("tbody", undefined, make("table", undefined, detail));
    for (const [name, type, rules] of entity.fields) {
      const row = make("tr", undefined, body);
      make("code", name, make("td", undefined, row));
      const cell = make("td", undefined, row);
      const target = type.replace(/^many /, "");
      if (numbers.has(target)) make("button", type, cell, "to").addEventListener("click", () => showEntity(numbers.get(target)));
      else cell.append(type);
      if (rules) make("div", rules, cell, "soft");
    }
    list("Indexes", entity.indexes, detail);
    list("Unique", entity.uniques, detail);
    list("Checks", entity.checks, detail);
    list("Written by", entity.writers, detail, operationLink);
    list("Read by", entity.readers, detail, operationLink);
  };
  const choose = (box) => {
    boxes.forEach((other) => other.classList.toggle("chosen", other === box));
    split.classList.toggle("open", Boolean(box));
    detail.hidden = !box;
    remember(box ? `entity=${data.entities[+box.dataset.entity].name}` : "");
    if (!box) { fade(null); shape(); apply(); return; }
    const own = +box.dataset.entity;
    const touching = lines.filter((line) => +line.dataset.from === own || +line.dataset.to === own);
    const keep = new Set([own, ...touching.flatMap((line) => [+line.dataset.from, +line.dataset.to])]);
    fade(keep);
    touching.forEach((line) => line.classList.add("near"));
    boxes.forEach((other) => other.classList.toggle("near", other !== box && keep.has(+other.dataset.entity)));
    describe(data.entities[own]);
    shape();
    apply();
  };
  const centre = (box) => {
    const place = box.querySelector("rect");
    const room = svg.getBoundingClientRect(), here = box.getBoundingClientRect();
    const seen = here.left >= room.left && here.right <= room.right && here.top >= room.top && here.bottom <= room.bottom;
    if (seen && here.width > 120) return;
    const middle = { x: +place.getAttribute("x") + 115, y: +place.getAttribute("y") + +place.getAttribute("height") / 2 };
    if (svg.getBoundingClientRect().width / view.w < 0.55) view.w = svg.getBoundingClientRect().width / 0.75;
    shape();
    view.x = middle.x - view.w / 2;
    view.y = middle.y - view.h / 2;
    apply();
  };
  showEntity = (index) => {
    choose(boxes[index]);
    centre(boxes[index]);
    by("data-model").scrollIntoView();
    boxes[index].focus({ preventScroll: true });
  };
  boxes.forEach((box) => {
    box.addEventListener("click", () => { if (!moved) choose(box.classList.contains("chosen") ? null : box); });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(box); }
      if (event.key === "Escape") choose(null);
    });
  });
  const hit = (entity, word) => entity.name.toLowerCase().includes(word) || (entity.table || "").toLowerCase().includes(word) || entity.fields.some((field) => field[0].toLowerCase().includes(word));
  find.addEventListener("input", () => {
    const word = find.value.trim().toLowerCase();
    choose(null);
    if (!word) return;
    const hits = boxes.filter((box) => hit(data.entities[+box.dataset.entity], word));
    fade(new Set(hits.map((box) => +box.dataset.entity)));
    const name = (box) => data.entities[+box.dataset.entity].name.toLowerCase();
    const exact = hits.find((box) => name(box) === word) || hits.find((box) => name(box).startsWith(word)) || hits[0];
    if (exact) centre(exact);
    if (exact && name(exact) === word) choose(exact);
  });
  find.addEventListener("keydown", (event) => { if (event.key === "Escape") { find.value = ""; choose(null); } });
  for (const link of document.querySelectorAll("button.to[data-name]")) link.addEventListener("click", () => { if (numbers.has(link.dataset.name)) showEntity(numbers.get(link.dataset.name)); });
  start();
})();

/* what the address names is shown: a link to one entity or operation can be passed on */
(() => {
  const [what, name] = location.hash.slice(1).split("=");
  if (name === undefined) return;
  const wanted = decodeURIComponent(location.hash.slice(what.length + 2));
  if (what === "entity" && numbers.has(wanted)) showEntity(numbers.get(wanted));
  if (what === "operation") {
    const index = data.operations.findIndex((operation) => label(operation) === wanted);
    if (index >= 0) showOperation(index);
  }
})();
