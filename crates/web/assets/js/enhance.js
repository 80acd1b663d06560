// What an element needs when it appears: called for the page and for every part put into it.
import { toastStart } from "./toast.js";
import { formsStart } from "./draft.js";
import { passkeysStart } from "./passkey.js";

// A graph wider than its frame begins at the node it is about, not at its left edge.
function centreGraph(frame) {
  const node = frame.querySelector(".graph-node.centre");
  if (!node || frame.scrollLeft > 0) return;
  const [at, seen] = [node.getBoundingClientRect(), frame.getBoundingClientRect()];
  frame.scrollLeft = at.left + at.width / 2 - seen.left - seen.width / 2;
}

export function enhance(root) {
  for (const button of root.querySelectorAll("[data-pick-date][hidden]")) button.hidden = false;
  for (const toast of root.querySelectorAll("[data-toast]")) toastStart(toast);
  for (const graph of root.querySelectorAll(".graph-scroll")) centreGraph(graph);
  formsStart(root);
  passkeysStart(root);
  const wrong = root.querySelector("form [data-focus], form [aria-invalid=true]");
  if (wrong && !wrong.closest("[data-no-focus]")) wrong.focus();
}
