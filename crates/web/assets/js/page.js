// Shows a page or part of it that is already here as HTML, without loading it again.
import { isChanged, parse } from "./dom.js";
import { enhance } from "./enhance.js";

let morphNode = null;
window.htmx?.registerExtension("tessera", {
  init: (api) => { morphNode = api.morph; },
  // What the person opened stays open, whatever the server thinks of it.
  htmx_before_morph_attr: (element, detail) =>
    !(detail.attrName === "open" && element.matches("details, dialog")),
});

/** Brings an element to the state of its counterpart; typed input and focus stay. */
export function morph(element, counterpart) {
  const kept = [...element.querySelectorAll("input, textarea, select")].filter(isChanged);
  const held = [...kept, ...element.querySelectorAll("[popover]:popover-open")];
  for (const one of held) one.setAttribute("hx-morph-skip", "");
  const part = document.createDocumentFragment();
  part.append(document.adoptNode(counterpart));
  if (morphNode) morphNode(element, part, false);
  else element.replaceWith(part);
  for (const one of held) one.removeAttribute("hx-morph-skip");
  const now = element.isConnected ? element : document.getElementById(element.id);
  if (now) {
    window.htmx?.process(now);
    enhance(now);
  }
}

/** Shows a fetched page: the same page is morphed, another one replaces it and gets its address. */
export function showPage(html, url) {
  const next = parse(html);
  const frame = next.querySelector(".frame");
  if (!frame) {
    location.assign(url);
    return;
  }
  const isSame = new URL(url, location.href).pathname === location.pathname;
  const notices = [...next.querySelectorAll("#toasts > *")];
  document.title = next.title;
  if (!isSame || url !== location.href) history[isSame ? "replaceState" : "pushState"](null, "", url);
  if (isSame) {
    for (const part of [".content", ".rail"]) {
      const old = document.querySelector(part);
      const fresh = frame.querySelector(part);
      if (old && fresh) morph(old, fresh);
    }
  } else {
    const old = document.querySelector(".frame");
    old.replaceWith(document.adoptNode(frame));
    window.htmx?.process(document.querySelector(".frame"));
    enhance(document.querySelector(".frame"));
    document.dispatchEvent(new Event("tessera:page"));
    scrollTo(0, 0);
    document.getElementById("main")?.focus();
  }
  document.getElementById("toasts")?.append(...notices);
  enhance(document.getElementById("toasts"));
}

addEventListener("popstate", () => location.reload());
