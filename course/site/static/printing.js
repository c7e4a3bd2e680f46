// On paper: light, whatever the screen is, and with the answers of questions.
let theme;
let closed = [];

addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
  closed = [...document.querySelectorAll("details:not(.hide, [open])")];
  for (const answer of closed) answer.open = true;
});

addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = theme;
  for (const answer of closed) answer.open = false;
});
