// The command palette: finds records, pages and actions; the server says what this person may see.
import { isSignedOut, on, wantsNewTab } from "./dom.js";

const RECENT = "recent";
const RECENT_MAX = 6;
const WAIT_MS = 120;
const dialog = () => document.getElementById("palette");
const input = () => document.getElementById("palette-input");
const list = () => document.getElementById("palette-list");
let timer = 0;
let running = null;

/** Opens the palette. */
export function openPalette() {
  if (!dialog() || dialog().open) return;
  input().value = "";
  showStart();
  dialog().showModal();
  input().focus();
}

function showStart() {
  list().replaceChildren(document.getElementById("palette-start").content.cloneNode(true));
  const place = list().querySelector("[data-recent]");
  for (const { href, label, detail } of recent()) {
    const item = document.createElement("a");
    item.className = "palette-item";
    item.href = href;
    item.setAttribute("role", "option");
    const name = document.createElement("span");
    name.className = "palette-label";
    name.textContent = label;
    const more = document.createElement("span");
    more.className = "palette-detail";
    more.textContent = detail;
    item.append(name, more);
    place.append(item);
    place.hidden = false;
  }
  choose(0);
}

// Kept for this tab only: names of clients must not outlive the clerk's session on a shared machine.
function recent() {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function remember(item) {
  if (item.matches("[data-fixed], [data-dialog-src]")) return;
  const text = (name) => item.querySelector(name)?.textContent ?? "";
  const entry = { href: item.getAttribute("href"), label: text(".palette-label"), detail: text(".palette-detail") };
  const rest = recent().filter((one) => one.href !== entry.href);
  sessionStorage.setItem(RECENT, JSON.stringify([entry, ...rest].slice(0, RECENT_MAX)));
}

async function find(query) {
  running?.abort();
  running = new AbortController();
  const address = `${dialog().dataset.src}?q=${encodeURIComponent(query)}`;
  try {
    const response = await fetch(address, { signal: running.signal, headers: { "X-Requested-With": "palette" } });
    if (isSignedOut(response)) location.reload();
    if (!response.ok) return;
    list().innerHTML = await response.text();
    addMatchingPages(query);
    choose(0);
  } catch (error) {
    if (error.name !== "AbortError") list().replaceChildren();
  }
}

// Pages of the navigation are known here already; they follow what the server found.
function addMatchingPages(query) {
  const start = document.getElementById("palette-start").content.cloneNode(true);
  const group = start.querySelector(".palette-group:not([data-recent])");
  const wanted = query.toLowerCase();
  for (const item of group.querySelectorAll(".palette-item")) {
    if (!item.textContent.toLowerCase().includes(wanted)) item.remove();
  }
  if (!group.querySelector(".palette-item")) return;
  list().querySelector(".palette-none")?.remove();
  list().append(group);
}

const items = () => [...list().querySelectorAll(".palette-item")];

function choose(at) {
  const all = items();
  all.forEach((item, index) => {
    item.id = `palette-item-${index}`;
    item.setAttribute("aria-selected", String(index === at));
    item.tabIndex = -1;
  });
  const chosen = all[at];
  if (chosen) {
    input().setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  } else {
    input().removeAttribute("aria-activedescendant");
  }
}

on("input", "#palette-input", () => {
  clearTimeout(timer);
  const query = input().value.trim();
  if (query === "") {
    running?.abort();
    showStart();
  } else {
    timer = setTimeout(() => find(query), WAIT_MS);
  }
});

on("keydown", "#palette-input", (event) => {
  const all = items();
  const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose((at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % Math.max(all.length, 1));
  } else if (event.key === "Enter" && all[at]) {
    event.preventDefault();
    all[at].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey }));
  } else if (event.key === "Escape") {
    // the browser would first only empty the field
    event.preventDefault();
    dialog().close();
  }
});

on("click", ".palette-item", (_, item) => remember(item), true);
on("click", ".palette-item", () => dialog().close());
on("click", "[data-palette-open]", (event) => {
  if (wantsNewTab(event)) return;
  event.preventDefault();
  openPalette();
});
