// Dialogs: a link with data-dialog-src opens its address in the page's <dialog>; forms inside post
// without leaving the page. Without this module the same addresses are ordinary pages.
import { isChanged, on, parse, wantsNewTab } from "./dom.js";
import { enhance } from "./enhance.js";
import { forgetDraft } from "./draft.js";
import { refreshAll } from "./live.js";
import { showPage } from "./page.js";
import { toast } from "./toast.js";

const HEADERS = { "X-Requested-With": "dialog" };
const box = () => document.getElementById("dialog");

/** Opens an address in the dialog. */
export async function openDialog(src) {
  try {
    const response = await fetch(src, { headers: HEADERS });
    if (response.redirected && !response.headers.get("content-type")?.includes("html")) {
      location.assign(response.url);
      return;
    }
    fill(await response.text());
    if (!box().open) box().showModal();
    focusFirst();
  } catch {
    toast(box().dataset.wordsFailed, "danger");
  }
}

function fill(html) {
  const page = parse(html);
  const part = page.querySelector(".dialog-part") ?? page.querySelector("#main") ?? page.body;
  const isPart = part.matches(".dialog-part");
  const content = document.adoptNode(part);
  if (isPart) {
    box().replaceChildren(content);
  } else {
    const body = document.createElement("div");
    body.className = "dialog-body";
    body.append(...content.childNodes);
    box().replaceChildren(body);
  }
  window.htmx?.process(box());
  enhance(box());
}

function focusFirst() {
  const wrong = box().querySelector("[data-focus], [aria-invalid=true]");
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
    const response = await fetch(action, isPost ? { method, body, headers: HEADERS } : { headers: HEADERS });
    await receive(response, form);
  } catch {
    toast(document.getElementById("toasts").dataset.wordsFailed, "danger");
  } finally {
    form.classList.remove("is-sending");
  }
}

async function receive(response, form) {
  const place = response.headers.get("HX-Location") ?? response.headers.get("HX-Redirect");
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
  else if (place) location.assign(place);
  else refreshAll();
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
