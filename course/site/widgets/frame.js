// What all widgets share: parts of a form, drawings, and where widgets are put.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(words, act) {
  const made = element("button", { type: "button" }, words);
  made.addEventListener("click", act);
  return made;
}

// A button that starts something and, while it runs, stops it.
export function runner(start, tick) {
  let running = false;
  const made = button(start, () => (running ? halt() : go()));
  function halt() {
    running = false;
    made.textContent = start;
  }
  function go() {
    running = true;
    made.textContent = "Pause";
    requestAnimationFrame(frame);
  }
  function frame(now) {
    if (!running) return;
    if (tick(now) === false) halt();
    else requestAnimationFrame(frame);
  }
  made.halt = halt;
  return made;
}

// A slider with its value beside it. `write` turns the slider's position into what is shown.
export function slider(words, { min, max, step = 1, value, write = String }, changed) {
  const input = element("input", { type: "range", min, max, step, value });
  const shown = element("output", {}, write(value));
  const show = () => {
    shown.textContent = write(Number(input.value));
    input.setAttribute("aria-valuetext", shown.textContent);
  };
  show();
  input.addEventListener("input", () => {
    show();
    changed(Number(input.value));
  });
  const made = element("label", { class: "widget-slider" }, element("span", {}, words), input, shown);
  made.set = (position) => {
    input.value = position;
    show();
  };
  return made;
}

export function choice(words, options, changed) {
  const select = element("select", {}, ...options.map((name) => element("option", {}, name)));
  select.addEventListener("change", () => changed(select.value));
  return element("label", { class: "widget-choice" }, element("span", {}, words), select);
}

export function tick(words, on, changed) {
  const input = element("input", { type: "checkbox" });
  input.checked = on;
  input.addEventListener("change", () => changed(input.checked));
  return element("label", { class: "widget-tick" }, input, element("span", {}, words));
}

// A line that a screen reader says when it changes.
export function announcer() {
  return element("p", { class: "widget-says", "aria-live": "polite" });
}

// A canvas that takes the keyboard; `words` say what it shows and what the keys do.
export function canvas(words = "") {
  return element("canvas", { tabindex: 0, role: "application", "aria-label": words });
}

// A canvas that is looked at only.
export function picture(words = "") {
  return element("canvas", { role: "img", "aria-label": words });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Calls `moved(dx, dy)` for the arrow keys; ten at once with Shift.
export function onArrows(target, moved) {
  target.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault(); // the page would scroll
    const times = event.shiftKey ? 10 : 1;
    moved(arrow[0] * times, arrow[1] * times);
  });
}

// Where a pointer is on a canvas, as shares of its width and its height.
export function place(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

// Clears a canvas and gives it as many pixels as the screen shows of it; `shape` is height by width.
// Drawings are then in the page's own units, from 0 to `width` and `height`.
export function sharp(target, shape) {
  const width = target.clientWidth || 300;
  const height = Math.round(width * shape);
  target.width = width * devicePixelRatio;
  target.height = height * devicePixelRatio;
  const context = target.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  return { context, width, height };
}

// The theme's colours, for canvases; names as in widgets.css without "--widget-".
export function colour(root, name) {
  return getComputedStyle(root).getPropertyValue(`--widget-${name}`).trim();
}

// Draws again when the reader changes the theme, or the width changes.
export function onChange(root, draw) {
  new MutationObserver(draw).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
  let width = root.clientWidth;
  new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    draw();
  }).observe(root);
}

// Fills every place of the page that waits for this widget.
export function mountAll(name, mount) {
  for (const root of document.querySelectorAll(`[data-widget="${name}"]`)) {
    root.replaceChildren();
    mount(root);
  }
}

// 0.0123 as a reader wants it: three digits, powers of ten where zeros would be counted.
export function short(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size < 1e-16) return "<10⁻¹⁶"; // as good as 0 in double precision
  if (size >= 1e-3 && size < 1e4) return String(Number(value.toPrecision(3))).replace("-", "−");
  const [digits, power] = value.toExponential(1).split("e");
  const raised = [...String(Number(power))].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
  return `${digits.replace("-", "−")}·10${raised.join("")}`;
}
