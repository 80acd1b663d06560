// Notices at the corner. They go by themselves, except those that tell of a danger.
import { on, word } from "./dom.js";

const STAY_MS = 7000;

/** Shows a text. `tone` is good, attention, danger, info or neutral; `action` is {label, run}. */
export function toast(text, tone = "neutral", action = null) {
  const element = document.createElement("div");
  element.className = `toast ${tone}`;
  element.setAttribute("role", tone === "danger" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  element.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn quiet";
    button.textContent = action.label;
    button.addEventListener("click", () => { action.run(); leave(element); });
    element.append(button);
  }
  toastBox().append(element);
  toastStart(element);
}

/** Gives a toast its close button and its end. */
export function toastStart(element) {
  if (element.dataset.started || !element.closest("#toasts")) return;
  element.dataset.started = "1";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn quiet square toast-close";
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  element.append(close);
  if (!element.classList.contains("danger")) setTimeout(() => leave(element), STAY_MS);
}

function leave(element) {
  if (element.matches(":hover, :focus-within")) {
    setTimeout(() => leave(element), STAY_MS);
    return;
  }
  element.classList.add("is-leaving");
  setTimeout(() => element.remove(), 200);
}

// A modal dialog makes the rest of the page inert; toasts shown meanwhile stand inside it.
function toastBox() {
  const box = document.getElementById("toasts");
  const open = document.querySelector("dialog[open]");
  const parent = open ?? document.body;
  if (box.parentElement !== parent) parent.append(box);
  return box;
}

on("click", ".toast-close", (_, button) => button.closest(".toast").remove());
document.addEventListener("close", () => document.body.append(document.getElementById("toasts")), true);
