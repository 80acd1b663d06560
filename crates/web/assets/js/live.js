// Live pages: the server says which topics changed; parts that show them are fetched and morphed.
// A lost line shows in the connection light, and everything is fetched again when it is back.
import { isSignedOut, parse } from "./dom.js";
import { morph } from "./page.js";

const WAIT_MS = 150;
const RETRY_MS = 3000;
let source = null;
let wasLost = false;
let timer = 0;
const changed = new Set();

function listen() {
  const address = document.body.dataset.liveUrl;
  if (!address) return;
  const topics = new URLSearchParams(topicsOfPage().map((topic) => ["topic", topic]));
  source = new EventSource(`${address}?${topics}`);
  source.onopen = () => {
    light(true);
    if (wasLost) refreshAll();
    else catchUp();
    wasLost = false;
  };
  source.onmessage = (event) => {
    if (event.data === "all") {
      refreshAll();
      return;
    }
    for (const topic of event.data.split(/\s+/)) changed.add(topic);
    plan();
  };
  source.onerror = () => {
    wasLost = true;
    light(false);
    // The browser retries a broken line by itself, but gives up on an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  };
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(refresh, WAIT_MS);
}

/** Fetches every live part anew. */
export function refreshAll() {
  for (const topic of topicsOfPage()) changed.add(topic);
  plan();
}

// What was under way when the page was made may have ended before anybody listened.
function catchUp() {
  for (const part of document.querySelectorAll("[data-live][data-live-moving]")) {
    for (const topic of part.dataset.live.split(/\s+/)) changed.add(topic);
  }
  if (changed.size > 0) plan();
}

// A page that has just replaced another one has topics of its own.
function relisten() {
  source?.close();
  listen();
}

function topicsOfPage() {
  const all = [...document.querySelectorAll("[data-live]")].flatMap((part) => part.dataset.live.split(/\s+/));
  return [...new Set(all)].sort();
}

async function refresh() {
  const topics = new Set(changed);
  changed.clear();
  const parts = [...document.querySelectorAll("[data-live][id]")].filter((part) =>
    part.dataset.live.split(/\s+/).some((topic) => topics.has(topic)));
  // A part inside another one that is fetched anyway needs no fetch of its own.
  const outer = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
  const byAddress = Map.groupBy(outer, (part) => part.dataset.liveSrc ?? location.href);
  for (const [address, group] of byAddress) await refreshFrom(address, group);
}

async function refreshFrom(address, parts) {
  // Only the whole page holds the parts of the frame, such as the number of notices.
  const isFrame = parts.some((part) => !part.closest("main, .rail, dialog"));
  try {
    const response = await fetch(address, { headers: isFrame ? { "X-Fresh": "1" } : { "X-Requested-With": "live" } });
    // Nobody is signed in any more: what is shown goes.
    if (isSignedOut(response)) location.reload();
    if (!response.ok) return;
    const page = parse(await response.text());
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (fresh && part.isConnected) morph(part, fresh);
    }
  } catch {
    // The line is lost; the event stream notices it as well and asks again later.
  }
}

function light(isOn) {
  const place = document.querySelector("[data-link-light]");
  const state = place?.querySelector(".link-state");
  if (!state) return;
  state.dataset.normal ??= state.className;
  state.className = isOn ? state.dataset.normal : "link-state danger";
  const words = isOn ? place.dataset.wordsBack : place.dataset.wordsLost;
  state.title = isOn ? place.dataset.titleBack ?? words : words;
  state.querySelector(".link-words").textContent = words;
}

document.addEventListener("tessera:page", relisten);
document.addEventListener("visibilitychange", () => { if (!document.hidden && changed.size > 0) plan(); });
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
listen();
