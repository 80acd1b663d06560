// Input that is not saved yet: kept in this tab until the form is saved, and guarded against leaving.
import { isChanged, on, word } from "./dom.js";
import { toast } from "./toast.js";

const KEY = "draft:";
const SENT = "drafts-sent";
let isLeaving = false;

const fieldsOf = (form) => [...form.elements].filter((field) =>
  field.name && !field.disabled && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(field.type));

/** Puts kept input back into the forms of a part, and drops drafts that were sent and accepted. */
export function formsStart(root) {
  // A page that says that something failed accepts nothing: what was sent is still only here.
  if (!document.querySelector(".state.danger")) forgetAccepted();
  for (const form of root.querySelectorAll("form[data-draft]")) restore(form);
}

function forgetAccepted() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  for (const key of sent) {
    if (!document.querySelector(`form[data-draft="${CSS.escape(key)}"]`)) sessionStorage.removeItem(KEY + key);
  }
  sessionStorage.removeItem(SENT);
}

function restore(form) {
  const text = sessionStorage.getItem(KEY + form.dataset.draft);
  if (!text || form.dataset.restored) return;
  form.dataset.restored = "1";
  const values = JSON.parse(text);
  let count = 0;
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (kept === undefined) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      const should = kept.includes(field.value);
      if (field.checked !== should) count += 1;
      field.checked = should;
    } else if (field.value !== kept[0]) {
      field.value = kept[0];
      count += 1;
    }
  }
  if (count > 0) {
    toast(word("draft"), "info", { label: word("discard"), run: () => { form.reset(); forgetDraft(form); } });
  }
}

function keep(form) {
  // without a prototype: a field may have any name
  const values = Object.create(null);
  for (const field of fieldsOf(form)) {
    values[field.name] ??= [];
    if (field.type !== "checkbox" && field.type !== "radio") values[field.name].push(field.value);
    else if (field.checked) values[field.name].push(field.value);
  }
  sessionStorage.setItem(KEY + form.dataset.draft, JSON.stringify(values));
}

/** Forgets what was kept of a form. */
export function forgetDraft(form) {
  if (form?.dataset.draft) sessionStorage.removeItem(KEY + form.dataset.draft);
}

on("input", "form[data-draft]", (_, form) => keep(form));

// A button that has the server draw the form anew with more in it: what was kept must not be put over that.
on("click", "[data-redraws]", (_, button) => forgetDraft(button.form));

on("submit", "form", (event, form) => {
  isLeaving = true;
  setTimeout(() => { isLeaving = false; }, 3000);
  if (!form.dataset.draft || event.defaultPrevented || form.closest("#dialog")) return;
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  sessionStorage.setItem(SENT, JSON.stringify([...sent, form.dataset.draft]));
});

// What one clerk typed or looked at is not left for the next one.
on("submit", "form[action='/sign-out'], form[data-sign-out]", () => sessionStorage.clear());

// A session may also end by itself. Whoever signs in next in this tab finds nothing of the one before.
const PERSON = "person";
const person = document.body.dataset.person;
if (person && sessionStorage.getItem(PERSON) !== person) {
  if (sessionStorage.getItem(PERSON)) sessionStorage.clear();
  sessionStorage.setItem(PERSON, person);
}

addEventListener("beforeunload", (event) => {
  const fields = document.querySelectorAll("form[data-guard]:not([data-draft]) :is(input, textarea, select)");
  if (!isLeaving && [...fields].some(isChanged)) event.preventDefault();
});
