// The ledger's table: its heads sort it, buttons above it choose a verdict. Without script it is whole.
(() => {
  "use strict";
  const text = (cell) => cell.textContent.trim();
  const heads = (table) => [...table.querySelectorAll("thead th")];
  const table = [...document.querySelectorAll("table")].find((one) =>
    heads(one).some((head) => text(head) === "verdict"));
  if (!table) return;
  const rows = [...table.tBodies[0].rows]; // in the order of the lessons
  const verdictAt = heads(table).findIndex((head) => text(head) === "verdict");
  const verdictOf = (row) => text(row.cells[verdictAt]);

  const made = (tag, label, attributes) => {
    const element = document.createElement(tag);
    element.textContent = label;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // A head goes from upwards to downwards to the order of the lessons.
  const sort = (column, order) => {
    heads(table).forEach((head, at) => head.setAttribute("aria-sort", at === column ? order : "none"));
    const sorted = [...rows];
    if (order !== "none") {
      const sign = order === "ascending" ? 1 : -1;
      sorted.sort((a, b) =>
        sign * text(a.cells[column]).localeCompare(text(b.cells[column]), "en", { numeric: true }));
    }
    table.tBodies[0].append(...sorted);
  };
  const after = { none: "ascending", ascending: "descending", descending: "none" };
  heads(table).forEach((head, column) => {
    const button = made("button", text(head), { type: "button", title: "sort by this column" });
    button.addEventListener("click", () => sort(column, after[head.getAttribute("aria-sort")]));
    head.setAttribute("aria-sort", "none");
    head.replaceChildren(button);
  });

  const bar = made("div", "", { role: "group", "aria-label": "verdicts to show", class: "verdicts" });
  const said = made("p", "", { role: "status", class: "shown" });
  const show = (chosen) => {
    for (const row of rows) row.hidden = chosen !== "" && verdictOf(row) !== chosen;
    for (const button of bar.children)
      button.setAttribute("aria-pressed", String(button.value === chosen));
    said.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} claims`;
  };
  for (const verdict of ["", ...new Set(rows.map(verdictOf))]) {
    const count = rows.filter((row) => verdict === "" || verdictOf(row) === verdict).length;
    const label = `${verdict || "all"} (${count})`;
    const button = made("button", label, { type: "button", value: verdict });
    button.addEventListener("click", () => show(verdict));
    bar.append(button);
  }
  const wrapper = table.closest(".pst-scrollable-table-container") ?? table;
  wrapper.before(bar, said);
  show("");

  table.classList.add("claims");
  document.head.append(made("style", `
    .verdicts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 .5rem }
    .verdicts button { font: inherit; font-size: .9em; padding: .2rem .75rem; border-radius: 1rem;
      border: 1px solid currentColor; background: transparent; color: inherit; cursor: pointer }
    .verdicts button[aria-pressed="true"] { background: #2b5f8f; border-color: #2b5f8f; color: #fff }
    .shown { font-size: .9em; margin: 0 0 .5rem }
    th[aria-sort] button { all: unset; cursor: pointer; font: inherit; white-space: nowrap }
    th[aria-sort] button::after { content: " \\2195"; opacity: .5 }
    th[aria-sort="ascending"] button::after { content: " \\2191"; opacity: 1 }
    th[aria-sort="descending"] button::after { content: " \\2193"; opacity: 1 }
    .verdicts button:focus-visible, th[aria-sort] button:focus-visible {
      outline: 2px solid currentColor; outline-offset: 2px }
    @media (max-width: 40rem) { /* a claim below the other, at full width */
      .claims thead tr { display: flex; flex-wrap: wrap }
      .claims tbody tr:not([hidden]) { display: block; padding: .5rem 0 }
      .claims tbody td { display: block; border: 0; padding-block: .1rem }
      .claims tbody td:nth-child(${verdictAt + 1}) { font-weight: bold } }`, {}));
})();
