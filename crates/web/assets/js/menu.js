// Menus are the browser's popovers; this adds arrow keys, closing after a choice, and a place beside
// the opener in browsers that cannot anchor.
import { on } from "./dom.js";

const canAnchor = CSS.supports("position-area", "block-end");

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]") || event.newState !== "open") return;
  if (!canAnchor) {
    const opener = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`).getBoundingClientRect();
    const left = Math.max(8, Math.min(opener.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
    const below = opener.bottom + menu.offsetHeight + 8 < innerHeight;
    menu.style.left = `${left}px`;
    menu.style.top = `${below ? opener.bottom : opener.top - menu.offsetHeight - 8}px`;
  }
  if (menu.matches("[data-menu]")) menu.querySelector(".menu-item")?.focus();
}, true);

on("click", ".menu a.menu-item, .menu button.menu-item[type=button]", (_, item) => item.closest("[popover]").hidePopover());

on("keydown", "[data-menu]", (event, menu) => {
  const items = [...menu.querySelectorAll(".menu-item, .switch button")];
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || items.length === 0) return;
  event.preventDefault();
  items[(at + step + items.length) % items.length].focus();
});
