// What scrolls sideways can be reached and scrolled by keyboard (WCAG 2.1.1).
const wide = "mjx-container[display], mjx-container.wide, .cell_output, pre, table, div[class*=table], p:has(> img)";

function letKeysScroll() {
  for (const formula of document.querySelectorAll("article mjx-container:not([display])")) {
    const line = formula.closest("p, li, td, th, summary");
    formula.classList.remove("wide");
    if (line) formula.classList.toggle("wide", formula.offsetWidth > line.clientWidth);
  }
  for (const element of document.querySelectorAll(wide)) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    if (scrolls && element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  }
}

// after MathJax has set the equations, and when a telephone is turned
new ResizeObserver(letKeysScroll).observe(document.body);
