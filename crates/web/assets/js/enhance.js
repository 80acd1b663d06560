// What an element needs when it appears: called for the page and for every part put into it.
import { toastStart } from "./toast.js";
import { formsStart } from "./draft.js";

export function enhance(root) {
  for (const button of root.querySelectorAll("[data-pick-date][hidden]")) button.hidden = false;
  for (const toast of root.querySelectorAll("[data-toast]")) toastStart(toast);
  formsStart(root);
  const wrong = root.querySelector("form [data-focus], form [aria-invalid=true]");
  if (wrong && !wrong.closest("[data-no-focus]")) wrong.focus();
}
