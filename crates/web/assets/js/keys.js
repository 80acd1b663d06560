// Keys of the whole page. Letters are taken by their place on the keyboard, so that they work in the
// Russian layout too.
import { isTyping, on } from "./dom.js";
import { openPalette } from "./palette.js";

let goUntil = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const hasControl = event.ctrlKey || event.metaKey;
  if (hasControl && event.code === "KeyK") return act(event, openPalette);
  if (hasControl && event.code === "Slash") return act(event, openPalette);
  if (hasControl && event.code === "Backslash") return act(event, nextTab);
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
});

function act(event, run) {
  event.preventDefault();
  run();
}

function openKeys() {
  document.getElementById("keys")?.showModal();
}

function nextTab() {
  const tabs = [...document.querySelectorAll("[data-tabs] > a")];
  const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
  tabs[(at + 1) % Math.max(tabs.length, 1)]?.click();
}

on("click", "[data-keys-open]", openKeys);
