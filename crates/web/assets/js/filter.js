// The filter builder: adds and removes conditions, and shows for each field its own operators and value.
import { on } from "./dom.js";
import { enhance } from "./enhance.js";

const rowsOf = (form) => [...form.querySelectorAll("[data-filter-row]")];

on("click", "[data-filter-add]", (event, button) => {
  event.preventDefault();
  add(button.closest("form"));
});

// An empty filter opens with a first condition to fill in.
document.addEventListener("toggle", async (event) => {
  const panel = event.target;
  if (event.newState !== "open" || !panel.matches?.(".filter-panel")) return;
  if (panel.dataset.laterSrc) await fill(panel);
  const form = panel.querySelector(".filter-form");
  if (form && rowsOf(form).length === 0) add(form);
}, true);

/** Fetches the builder; when that fails the panel keeps its link to it. */
async function fill(panel) {
  try {
    const answer = await fetch(panel.dataset.laterSrc, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return;
    panel.innerHTML = await answer.text();
    delete panel.dataset.laterSrc;
    enhance(panel);
  } catch {
    // no line: the link stays
  }
}

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

// The builder as a page of its own begins with a condition, too.
for (const form of document.querySelectorAll(".filter-form")) {
  if (!form.closest(".filter-panel") && rowsOf(form).length === 0) add(form);
}
