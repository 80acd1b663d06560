// Keys of the whole page. Letters are taken by their place on the keyboard, so that they work in the
// Russian layout too.
import { isChanged, isTyping, on, word } from "./dom.js";
import { openPalette } from "./palette.js";
import { recordAt } from "./table.js";
import { toast } from "./toast.js";

let goUntil = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const hasControl = event.ctrlKey || event.metaKey;
  if (hasControl && event.code === "KeyK") return act(event, openPalette);
  if (hasControl && event.code === "Slash") return act(event, openPalette);
  if (hasControl && event.code === "Backslash") return act(event, nextTab);
  if (event.key === "Escape" && !hasControl) return leaveForm(event);
  if (hasControl && !isTyping(event.target)) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const path = step && recordAt(step);
    if (path) return act(event, () => location.assign(path));
  }
  if (hasControl || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() < goUntil && event.code.startsWith("Key")) {
    goUntil = 0;
    const link = document.querySelector(`[data-go="${event.code.slice(3).toLowerCase()}"]`);
    if (link) act(event, () => link.click());
    return;
  }
  if (event.key === "?") return act(event, openKeys);
  if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) return act(event, openPalette);
  if (event.code === "KeyG") goUntil = Date.now() + 1500;
  if (event.code === "KeyN") act(event, () => document.querySelector("[popovertarget=menu-create]")?.click());
  if (event.code === "KeyE") edit(event);
});

function act(event, run) {
  event.preventDefault();
  run();
}

function openKeys() {
  document.getElementById("keys")?.showModal();
}

// The record on the page: its card and the cards of other things offer one way to edit.
function edit(event) {
  const link = document.querySelector("main .page-head a[href$='/edit'], main .card-bar a[href$='/edit']");
  if (link) act(event, () => link.click());
}

// A form that is a page of its own is left as a dialog is: at once when nothing was typed.
function leaveForm(event) {
  if (document.querySelector("dialog[open], [popover]:popover-open:not(#nav, #tip)")) return;
  const form = document.querySelector("main form[data-save]");
  const cancel = form?.querySelector(".form-actions a[data-close]");
  if (!cancel) return;
  if ([...form.elements].some((field) => field.name && isChanged(field))) toast(word("unsaved"), "attention");
  else act(event, () => cancel.click());
}

function nextTab() {
  const tabs = [...document.querySelectorAll("[data-tabs] > a")];
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  tabs[(at + 1) % Math.max(tabs.length, 1)]?.click();
}

on("click", "[data-keys-open]", openKeys);
