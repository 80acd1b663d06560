// The filter builder: adds and removes conditions, and shows for each field its own operators and value.
import { on } from "./dom.js";

const rowsOf = (form) => [...form.querySelectorAll("[data-filter-row]")];

on("click", "[data-filter-add]", (event, button) => {
  event.preventDefault();
  add(button.closest("form"));
});

// An empty filter opens with a first condition to fill in.
document.addEventListener("toggle", (event) => {
  const form = event.newState === "open" ? event.target.querySelector?.(".filter-form") : null;
  if (form && rowsOf(form).length === 0) add(form);
}, true);

function add(form) {
  const row = form.querySelector("template[data-filter-template]").content.cloneNode(true);
  form.querySelector("[data-filter-rows]").append(row);
  const added = rowsOf(form).at(-1);
  follow(added);
  added.querySelector("select").focus();
}

on("click", "[data-filter-remove]", (event, button) => {
  event.preventDefault();
  const form = button.closest("form");
  button.closest("[data-filter-row]").remove();
  if (form.matches("[data-filter-auto]")) form.requestSubmit();
});

on("change", "[data-filter-row] select[name=field]", (_, select) => follow(select.closest("[data-filter-row]")));

/** Puts the operators and the value control of the chosen field into a row. */
function follow(row) {
  const field = row.querySelector("select[name=field]").value;
  const parts = row.closest("form").querySelector(`template[data-filter-field="${CSS.escape(field)}"]`);
  if (!parts) return;
  row.querySelector("[data-filter-parts]").replaceChildren(parts.content.cloneNode(true));
}
