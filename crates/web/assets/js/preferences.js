// Theme, row height and the folded navigation: applied at once, told to the server behind.
import { on } from "./dom.js";

function tell(name, value) {
  const body = new URLSearchParams({ [name]: value });
  fetch(document.body.dataset.preferences, { method: "POST", body, headers: { "X-Requested-With": "ui" } }).catch(() => {});
}

const apply = {
  theme: (value) => { document.documentElement.dataset.theme = value; },
  density: (value) => {
    document.body.dataset.density = value;
    for (const table of document.querySelectorAll(".table")) {
      table.classList.toggle("roomy", value === "roomy");
      table.classList.toggle("compact", value === "compact");
    }
  },
};

on("submit", "[data-switch]", (event, form) => {
  const button = event.submitter;
  if (!button) return;
  event.preventDefault();
  apply[form.dataset.switch]?.(button.value);
  for (const one of form.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
  tell(button.name, button.value);
});

on("click", "[data-nav-fold]", () => {
  const root = document.documentElement;
  root.dataset.nav = root.dataset.nav === "folded" ? "open" : "folded";
  tell("nav", root.dataset.nav);
});
