// Tables: a click anywhere follows the row, arrows walk rows, check boxes count in the bar below.
import { isTyping, on, wantsNewTab } from "./dom.js";
import { openDialog } from "./dialog.js";

let lastChecked = null;

const RECORDS = "records";
const RECORDS_MAX = 200;

const boxesOf = (frame) => [...frame.querySelectorAll("tbody .check input")];

on("click", "tr[data-href]", (event, row) => {
  const isControl = event.target.closest("a, button, input, label, select, .check, .row-actions, [popover]");
  if (isControl || !getSelection().isCollapsed) return;
  const link = row.querySelector(".row-link");
  if (wantsNewTab(event)) window.open(row.dataset.href, "_blank", "noopener");
  else link.click();
});

// The list a record was opened from: Ctrl and arrows walk on in it. Addresses only, for this tab only.
on("click", ".row-link", (_, link) => {
  const links = [...link.closest("[data-table]")?.querySelectorAll(".row-link[href]") ?? []];
  const paths = links.slice(0, RECORDS_MAX).map((one) => one.pathname);
  sessionStorage.setItem(RECORDS, JSON.stringify(paths));
}, true);

/** The address of the record this many steps further in the list that was open last. */
export function recordAt(step) {
  const paths = JSON.parse(sessionStorage.getItem(RECORDS) ?? "[]");
  const at = paths.indexOf(location.pathname);
  return at < 0 ? undefined : paths[at + step];
}

on("keydown", "[data-table]", (event, table) => {
  if (isTyping(event.target)) return;
  const row = event.target.closest("tbody tr");
  if (event.code === "KeyX" && row && !event.ctrlKey) {
    row.querySelector(".check input")?.click();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !row) return;
  const rows = [...table.querySelectorAll("tbody tr")];
  const next = rows[rows.indexOf(row) + step];
  if (!next) return;
  event.preventDefault();
  (next.querySelector(".row-link") ?? next.querySelector("a, button, input"))?.focus();
});

// From the frame of the table, the first arrow goes to the first row.
on("keydown", ".table-scroll", (event, frame) => {
  if (event.target !== frame || event.key !== "ArrowDown") return;
  const first = frame.querySelector(".row-link");
  if (first) {
    event.preventDefault();
    first.focus();
  }
});

on("change", "[data-check-all]", (_, all) => {
  const frame = all.closest(".table-frame");
  for (const box of boxesOf(frame)) box.checked = all.checked;
  count(frame);
});

on("click", "tbody .check input", (event, box) => {
  const boxes = boxesOf(box.closest(".table-frame"));
  if (event.shiftKey && boxes.includes(lastChecked)) {
    const [from, to] = [boxes.indexOf(lastChecked), boxes.indexOf(box)].sort((a, b) => a - b);
    for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
  }
  lastChecked = box;
  count(box.closest(".table-frame"));
});

on("click", "[data-clear]", (event, button) => {
  event.preventDefault();
  const frame = button.closest(".table-frame");
  for (const box of boxesOf(frame)) box.checked = false;
  count(frame);
});

function count(frame) {
  const boxes = boxesOf(frame);
  const chosen = boxes.filter((box) => box.checked).length;
  const bar = frame.querySelector("[data-selection]");
  const words = bar?.querySelector(".selection-count");
  if (words) words.textContent = bar.dataset.words.replace("%n", String(chosen));
  const all = frame.querySelector("[data-check-all]");
  if (!all) return;
  all.checked = chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

on("submit", "[data-selection]", (event, form) => {
  const button = event.submitter;
  if (!button?.matches("[data-dialog-form]")) return;
  event.preventDefault();
  const address = new URL(button.formAction, location.href);
  for (const [name, value] of new FormData(form)) address.searchParams.append(name, value);
  openDialog(address.href);
});
