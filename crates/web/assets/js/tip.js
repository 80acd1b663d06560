// The whole text of what is cut short: shown beside it under the pointer, and when the keyboard comes to it.
const CUT = ".table :is(td, th), .hbar-label, .hit-title, .nav-words, .chip strong, .graph-box > span, .tile-value";
const WAIT_MS = 350;
let timer = 0;

function tipBox() {
  const found = document.getElementById("tip");
  if (found) return found;
  const made = document.createElement("div");
  made.id = "tip";
  made.className = "tip";
  made.popover = "manual";
  // a reader of screens has the whole text already
  made.setAttribute("aria-hidden", "true");
  document.body.append(made);
  return made;
}

const isCut = (element) => element.scrollWidth > element.clientWidth + 1
  && getComputedStyle(element).textOverflow === "ellipsis";

/** The element that cuts the text at this place: the cell, or a line in it. */
function cutAt(target) {
  if (!(target instanceof Element)) return null;
  const outer = target.closest(CUT);
  if (!outer) return null;
  return [outer, ...outer.querySelectorAll("div, span, a")].find(isCut) ?? null;
}

function show(element) {
  if (!element.isConnected) return;
  const box = tipBox();
  box.textContent = element.innerText;
  box.showPopover();
  const at = element.getBoundingClientRect();
  const below = at.bottom + box.offsetHeight + 8 < innerHeight;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${below ? at.bottom + 2 : at.top - box.offsetHeight - 2}px`;
}

function hide() {
  clearTimeout(timer);
  document.getElementById("tip")?.hidePopover();
}

document.addEventListener("pointerover", (event) => {
  hide();
  const cut = event.pointerType === "touch" ? null : cutAt(event.target);
  // a title of its own is shown by the browser
  if (cut && !event.target.closest("[title]")) timer = setTimeout(() => show(cut), WAIT_MS);
});

document.addEventListener("focusin", (event) => {
  hide();
  if (!(event.target instanceof Element) || !event.target.matches(":focus-visible")) return;
  const own = [...event.target.querySelectorAll(".nav-words, .hit-title, .graph-box > span")].find(isCut);
  const cut = own ?? cutAt(event.target);
  if (cut) show(cut);
});

for (const type of ["focusout", "pointerdown", "scroll"]) document.addEventListener(type, hide, true);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
