// Dialogs: a link with data-dialog-src opens its address in the page's <dialog>; forms inside post
// without leaving the page. Without this module the same addresses are ordinary pages.
import { isChanged, isSignedOut, on, parse, wantsNewTab, word } from "./dom.js";
import { enhance } from "./enhance.js";
import { forgetDraft } from "./draft.js";
import { refreshAll } from "./live.js";
import { showPage } from "./page.js";
import { talk } from "./reader.js";
import { toast } from "./toast.js";

const HEADERS = { "X-Requested-With": "dialog" };
const box = () => document.getElementById("dialog");

/** Opens an address in the dialog. */
export async function openDialog(src) {
  try {
    const response = await fetch(src, { headers: HEADERS });
    const place = placeOf(response);
    if (isSignedOut(response)) {
      location.reload();
      return;
    }
    if (place) {
      location.assign(place);
      return;
    }
    fill(await response.text());
    if (!box().open) box().showModal();
    focusFirst(new URL(src, location.href).hash);
  } catch {
    toast(box().dataset.wordsFailed, "danger");
  }
}

function placeOf(response) {
  return response.headers.get("HX-Location") ?? response.headers.get("HX-Redirect");
}

function fill(html) {
  const page = parse(html);
  const part = page.querySelector(".dialog-part") ?? asPart(page.querySelector("#main") ?? page.body);
  box().replaceChildren(document.adoptNode(part));
  ownIds(box());
  window.htmx?.process(box());
  enhance(box());
}

// The content of an ordinary page: its heading becomes the title of the dialog.
function asPart(content) {
  const title = document.createElement("h2");
  title.id = "dialog-title";
  title.textContent = content.querySelector("h1")?.textContent ?? "";
  content.querySelector(".page-head")?.remove();
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn quiet square";
  close.dataset.close = "";
  close.setAttribute("aria-label", word("close"));
  close.textContent = "×";
  const head = document.createElement("header");
  head.className = "dialog-head";
  head.append(title, close);
  const body = document.createElement("div");
  body.className = "dialog-body";
  body.append(...content.childNodes);
  const part = document.createElement("div");
  part.className = "dialog-part";
  part.append(head, body);
  return part;
}

// Ids of fields come from their names; a field of the page may have the same name as one in here.
function ownIds(root) {
  for (const name of ["id", "for", "list", "aria-describedby", "data-pick-date"]) {
    for (const element of root.querySelectorAll(`[${name}]`)) {
      const own = element.getAttribute(name).replace(/(^|\s)f-/g, "$1dialog-f-");
      element.setAttribute(name, own);
    }
  }
}

// An address may name the field to begin with, such as `#f-birth_date`.
function focusFirst(hash = "") {
  const named = hash ? document.getElementById(`dialog-${hash.slice(1)}`) : null;
  const wrong = box().querySelector("[data-focus], [aria-invalid=true]") ?? named;
  const first = box().querySelector("[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea):not(:disabled)");
  (wrong ?? first ?? box().querySelector("button"))?.focus();
}

async function send(form, submitter) {
  const method = (submitter?.getAttribute("formmethod") ?? form.getAttribute("method") ?? "get").toLowerCase();
  const action = new URL(submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "", location.href);
  const data = new FormData(form, submitter);
  const isPost = method === "post";
  if (!isPost) action.search = new URLSearchParams(data).toString();
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  form.classList.add("is-sending");
  try {
    const post = (more = {}) => {
      for (const [name, value] of Object.entries(more)) body.set(name, value);
      return fetch(action, isPost ? { method, body, headers: HEADERS } : { headers: HEADERS });
    };
    const response = await (form.dataset.reader ? talk(form, post) : post());
    await receive(response, form);
  } catch {
    toast(document.getElementById("toasts").dataset.wordsFailed, "danger");
  } finally {
    form.classList.remove("is-sending");
  }
}

async function receive(response, form) {
  if (isSignedOut(response)) {
    // What was typed stays here; signing in beside it makes the same button work again.
    toast(word("signedOut"), "attention", { label: word("signIn"), run: () => window.open("/sign-in", "_blank", "noopener") });
    return;
  }
  if (response.status === 503) {
    // What was typed stays here: the same button sends it again.
    const said = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".state-words");
    toast(said?.textContent ?? word("failed"), "danger");
    return;
  }
  const place = placeOf(response);
  const isDone = response.ok && (response.status === 204 || response.redirected || place);
  if (!isDone) {
    fill(await response.text());
    focusFirst();
    return;
  }
  forgetDraft(form);
  const html = response.redirected ? await response.text() : null;
  close();
  if (html !== null) showPage(html, response.url);
  else if (place) await goTo(place);
  else refreshAll();
}

// The page that is open already is brought up to date in place; others are loaded.
async function goTo(place) {
  const url = new URL(place, location.href);
  if (url.pathname !== location.pathname || url.hash) {
    location.assign(url);
    return;
  }
  const response = await fetch(url);
  showPage(await response.text(), response.url);
}

function close() {
  box().close();
  box().replaceChildren();
}

/** False when the person wants to stay because of unsaved input. */
function mayClose() {
  const fields = box().querySelectorAll("form[data-guard] :is(input, textarea, select)");
  const text = document.getElementById("toasts").dataset.wordsUnsaved;
  if (![...fields].some(isChanged) || box().dataset.warned) return true;
  // The first Esc warns, the second closes; the draft is kept anyway.
  box().dataset.warned = "1";
  setTimeout(() => delete box().dataset.warned, 4000);
  toast(text, "attention");
  return false;
}

on("click", "[data-dialog-src]", (event, link) => {
  if (wantsNewTab(event)) return;
  event.preventDefault();
  event.stopPropagation();
  link.closest("[popover]")?.hidePopover();
  document.getElementById("palette")?.close();
  openDialog(link.dataset.dialogSrc);
}, true);

on("submit", "#dialog form", (event, form) => {
  if (event.defaultPrevented || form.matches("[hx-post], [hx-get]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

on("click", "[data-close]", (event, closer) => {
  const dialog = closer.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  if (dialog !== box()) dialog.close();
  else if (mayClose()) close();
});

document.addEventListener("cancel", (event) => {
  if (event.target === box() && !mayClose()) event.preventDefault();
}, true);

// A click on the backdrop closes a dialog that holds no unsaved input.
document.addEventListener("mousedown", (event) => {
  if (!(event.target instanceof HTMLDialogElement)) return;
  const area = event.target.getBoundingClientRect();
  const isOutside = event.clientX < area.left || event.clientX > area.right
    || event.clientY < area.top || event.clientY > area.bottom;
  if (isOutside && (event.target !== box() || mayClose())) event.target.close();
});
