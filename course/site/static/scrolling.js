// What scrolls sideways can be reached and scrolled by keyboard (WCAG 2.1.1).
const wide = "mjx-container[display], .cell_output, pre, table, div[class*=table], p:has(> img)";

function letKeysScroll() {
  for (const element of document.querySelectorAll(wide)) {
    const scrolls = ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    if (scrolls && element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  }
}

// after MathJax has set the equations, and when a telephone is turned
new ResizeObserver(letKeysScroll).observe(document.body);
