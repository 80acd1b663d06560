// Conveniences of forms: Ctrl+Enter and Ctrl+S save, the calendar beside date fields, files by dropping, copying.
import { on, word } from "./dom.js";
import { toast } from "./toast.js";

document.addEventListener("keydown", (event) => {
  const isSave = event.key === "Enter" || event.code === "KeyS";
  if (!isSave || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
  const dialog = document.querySelector("dialog[open]");
  const form = event.target.closest?.("form[data-save]") ?? (dialog ?? document).querySelector("form[data-save]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector("button[type=submit].primary"));
});

// English readers part thousands with commas, which others take for the decimal mark; the server refuses to guess.
on("change", "html[lang=en] input[inputmode=decimal]", (_, field) => {
  if (/^\s*[-−]?\d{1,3}(,\d{3})+(\.\d*)?\s*$/.test(field.value)) field.value = field.value.replaceAll(",", " ");
});

on("click", "[data-pick-date]", (_, button) => {
  const field = document.getElementById(button.dataset.pickDate);
  const picker = document.createElement("input");
  picker.type = "date";
  picker.className = "date-picker";
  picker.tabIndex = -1;
  picker.setAttribute("aria-hidden", "true");
  const [, day, month, year] = /^(\d{2})\.(\d{2})\.(\d{4})$/.exec(field.value) ?? [];
  if (year) picker.value = `${year}-${month}-${day}`;
  picker.addEventListener("change", () => {
    const [y, m, d] = picker.value.split("-");
    if (d) field.value = `${d}.${m}.${y}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    picker.remove();
    field.focus();
  });
  picker.addEventListener("blur", () => picker.remove());
  button.after(picker);
  picker.focus();
  picker.showPicker?.();
});

for (const type of ["dragover", "dragleave", "drop"]) {
  on(type, "[data-drop]", (event, area) => {
    event.preventDefault();
    area.classList.toggle("is-over", type === "dragover");
    const input = area.querySelector("input[type=file]");
    if (type === "drop" && event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

on("click", "[data-print]", () => print());

on("click", "[data-copy]", async (event, button) => {
  event.preventDefault();
  await navigator.clipboard.writeText(button.dataset.copy);
  toast(word("copied"), "good");
});
