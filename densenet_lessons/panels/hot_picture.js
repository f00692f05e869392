// A panel's picture whose regions answer: to the mouse, to a finger, to the keyboard, to a screen
// reader. Hovering is settled here; what moves a control goes to Python, one message at a time.
// The film covers regions until the step that makes them. No imports, no requests.

const SVG = "http://www.w3.org/2000/svg";
const PADDING = 6;
const STEP_MILLISECONDS = 1600;
let pictures = 0;

// Jupyter Notebook binds the arrow keys to headings: a panel's slider keeps them for itself.
document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.(".densenet-panel .noUi-handle"))
    target.setAttribute("data-lm-suppress-shortcuts", "true");
});

function add(parent, tag, attributes = {}) {
  const drawn = tag === "svg" || parent.namespaceURI === SVG;
  const node = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return parent.appendChild(node);
}

/** Sends the newest event once Python has answered the one before, so that no queue builds up. */
function messenger(model) {
  let sent = 0;
  let next = null;
  const flush = () => {
    if (next === null || model.get("answered") < sent) return;
    sent = Math.max(sent, model.get("answered")) + 1;
    model.send({ ...next, number: sent, drawing: model.get("drawing") });
    next = null;
  };
  return {
    flush,
    tell(event, region) {
      next = { event, region };
      flush();
    },
    forget() {
      next = null;
    },
    busy: () => next !== null || model.get("answered") < sent,
  };
}

/** Where a key goes from a region: along the order, or to the nearest one above or below. */
function target(key, cursor, regions) {
  const last = regions.length - 1;
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (cursor < 0) return 0;
  if (key === "ArrowRight") return Math.min(cursor + 1, last);
  if (key === "ArrowLeft") return Math.max(cursor - 1, 0);
  const down = key === "ArrowDown" ? 1 : -1;
  const middle = ([x, y, width, height]) => [x + width / 2, y + height / 2];
  const [x, y] = middle(regions[cursor]);
  let best = cursor;
  let least = Infinity;
  regions.forEach((region, index) => {
    const [otherX, otherY] = middle(region);
    const rows = down * (otherY - y);
    const away = rows + 2 * Math.abs(otherX - x);
    if (rows > 1 && away < least) [best, least] = [index, away];
  });
  return best;
}

/** The picture, its regions, the cursor among them and the label beside it. */
function hotPicture(model, parent) {
  const frame = add(parent, "div", { class: "densenet-frame" });
  const image = add(frame, "img", { draggable: "false" });
  const list = add(frame, "svg", {
    role: "listbox",
    tabindex: "0",
    "aria-label": "Parts of the picture. Arrow keys go from part to part.",
  });
  const lights = add(list, "g", { "aria-hidden": "true" });
  const tip = add(frame, "div", { class: "densenet-tip", "aria-hidden": "true" });
  const name = `densenet-hot-${++pictures}`;
  const messages = messenger(model);
  let regions = [];
  let options = [];
  let cursor = -1;
  let chosen = -1;
  let address = "";

  function drawImage() {
    const old = address;
    address = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    image.src = address;
    if (old) URL.revokeObjectURL(old);
  }

  function showTip(index, x, y) {
    tip.classList.toggle("densenet-shown", index >= 0);
    if (index < 0) return;
    tip.textContent = regions[index][4];
    // Inside the frame, so that the page gets neither longer nor wider.
    const left = Math.min(x + 12, frame.clientWidth - tip.offsetWidth - 4);
    const below = y + 18 + tip.offsetHeight <= frame.clientHeight;
    tip.style.left = `${Math.max(4, left)}px`;
    tip.style.top = `${Math.max(0, below ? y + 18 : y - tip.offsetHeight - 10)}px`;
  }

  function setCursor(index, { told = true } = {}) {
    options[cursor]?.classList.remove("densenet-cursor");
    cursor = index;
    const option = options[index];
    if (!option) {
      list.removeAttribute("aria-activedescendant");
      return showTip(-1);
    }
    option.classList.add("densenet-cursor");
    list.setAttribute("aria-activedescendant", option.id);
    if (!told) return;
    const scale = list.clientWidth / model.get("width");
    const [x, y, , height] = regions[index];
    showTip(index, PADDING + x * scale, PADDING + (y + height) * scale - 12);
  }

  function drawRegions() {
    // What the regions are for tells whether they are the same; where they lie may change.
    const meaning = (list) => JSON.stringify(list.map((region) => region[5]));
    const next = model.get("regions");
    const others = meaning(next) !== meaning(regions);
    regions = next;
    if (others) {
      messages.forget(); // it named a region that is gone
      for (const option of options) option.remove();
      options = regions.map((_, index) =>
        add(list, "rect", { role: "option", id: `${name}-${index}` }),
      );
    }
    options.forEach((option, index) => {
      const [x, y, width, height, label, sets] = regions[index];
      const place = { x, y, width, height, "aria-label": label };
      for (const [key, value] of Object.entries(place)) option.setAttribute(key, value);
      option.setAttribute("aria-selected", String(index === model.get("chosen")));
      option.classList.toggle("densenet-acts", sets !== "");
    });
    list.style.display = regions.length ? "" : "none";
    const follows = chosen !== model.get("chosen") && !messages.busy();
    chosen = model.get("chosen");
    // The cursor stays while the regions do; then it goes to the one that the setting stands for.
    if (others || follows) setCursor(chosen, { told: list.matches(":focus") });
    else if (cursor >= 0 && list.matches(":focus-visible")) setCursor(cursor);
  }

  function draw() {
    const [width, height] = [model.get("width"), model.get("height")];
    parent.style.minHeight = `${model.get("kept")}px`;
    image.alt = model.get("alt");
    image.width = width + 2 * PADDING;
    list.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawRegions();
    messages.flush();
  }

  function choose(index) {
    setCursor(index);
    if (regions[index][5]) messages.tell("choose", index);
  }

  list.addEventListener("pointermove", (event) => {
    const box = frame.getBoundingClientRect();
    const index = options.indexOf(event.target);
    showTip(index, event.clientX - box.left, event.clientY - box.top);
  });
  list.addEventListener("pointerleave", () => {
    showTip(-1);
    if (list.matches(":focus-visible")) setCursor(cursor);
  });
  list.addEventListener("click", (event) => {
    const index = options.indexOf(event.target);
    list.focus({ preventScroll: true });
    if (index >= 0) choose(index);
  });
  list.addEventListener("dblclick", () => {
    if (cursor >= 0) messages.tell("open", cursor);
  });
  list.addEventListener("focus", () => {
    if (list.matches(":focus-visible")) setCursor(cursor >= 0 ? cursor : Math.max(chosen, 0));
  });
  list.addEventListener("blur", () => showTip(-1));
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    event.stopPropagation(); // else JupyterLab takes it for the cell
    if (event.key === "Escape") messages.tell("leave", Math.max(cursor, 0));
    else if (["Enter", " "].includes(event.key) && cursor >= 0) messages.tell("open", cursor);
    else if (/^(Arrow|Home$|End$)/.test(event.key)) {
      const index = target(event.key, cursor, regions);
      if (index !== cursor) choose(index);
    } else return;
    event.preventDefault();
  });
  model.on("change:png", drawImage);
  model.on("change", draw);
  drawImage();
  draw();
  return {
    /** Covers what later steps make, and lights the paths of this step and those before. */
    film(steps, at) {
      options.forEach((option, index) => {
        const made = steps.findIndex((step) => step.shows.includes(index));
        option.classList.toggle("densenet-covered", at !== null && made > at);
        option.classList.toggle("densenet-new", at !== null && made === at);
      });
      lights.replaceChildren();
      steps.slice(0, at === null ? 0 : at + 1).forEach((step, index) => {
        for (const [d, stroke] of step.lights) {
          const path = add(lights, "path", { d, stroke, pathLength: 1 });
          path.classList.toggle("densenet-now", index === at);
        }
      });
    },
    end() {
      model.off("change:png", drawImage);
      model.off("change", draw);
      URL.revokeObjectURL(address);
    },
  };
}

/** The film's buttons and words; where the reader wants less motion it steps only when asked. */
function film(model, parent, picture) {
  const bar = add(parent, "div", { class: "densenet-film" });
  const [play, next, stop] = ["Play", "Next step", "Show all"].map((text) => {
    const button = add(bar, "button", { type: "button" });
    button.textContent = text;
    return button;
  });
  const words = add(bar, "span", { "aria-live": "polite" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let steps = [];
  let at = null; // the step that is shown; null: everything
  let timer = 0;

  function pause() {
    clearInterval(timer);
    timer = 0;
  }

  function draw() {
    bar.style.display = steps.length ? "" : "none";
    play.style.display = calm.matches ? "none" : "";
    play.textContent = timer ? "Pause" : "Play";
    stop.disabled = at === null;
    const told = at === null ? "" : `${at + 1} of ${steps.length}: ${steps[at].words}`;
    if (words.textContent !== told) words.textContent = told; // read out once
    picture.film(steps, at);
  }

  function step() {
    at = at === null || at === steps.length - 1 ? 0 : at + 1;
    if (at === steps.length - 1) pause();
    draw();
  }

  function showAll() {
    pause();
    at = null;
    draw();
  }

  function take() {
    const newest = model.get("film");
    if (newest.length !== steps.length) {
      pause();
      at = null;
    }
    steps = newest;
    draw();
  }

  play.addEventListener("click", () => {
    if (timer) pause();
    else {
      timer = setInterval(step, STEP_MILLISECONDS);
      step();
    }
    draw();
  });
  next.addEventListener("click", () => {
    pause();
    step();
  });
  stop.addEventListener("click", showAll);
  bar.addEventListener("keydown", (event) => {
    if (["Enter", " "].includes(event.key)) event.stopPropagation();
  });
  const escape = (event) => {
    if (event.key !== "Escape" || at === null) return;
    event.stopPropagation();
    showAll();
  };
  parent.addEventListener("keydown", escape, true); // before the picture, which zooms out
  const calmer = () => {
    if (calm.matches) pause();
    draw();
  };
  calm.addEventListener("change", calmer);
  model.on("change", take); // after the picture's own, which makes the regions
  take();
  return () => {
    pause();
    calm.removeEventListener("change", calmer);
    model.off("change", take);
  };
}

function render({ model, el }) {
  const stage = add(el, "div", { class: "densenet-hot", "data-lm-suppress-shortcuts": "true" });
  const picture = hotPicture(model, add(stage, "div", {}));
  const endFilm = film(model, stage, picture);
  model.set("live", true);
  model.save_changes();
  return () => {
    endFilm();
    picture.end();
  };
}

export default { render };
