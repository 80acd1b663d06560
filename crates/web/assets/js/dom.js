// Small helpers that the other modules share.

/** Listens on the document for an event on elements that match a selector. */
export function on(type, selector, handler, options) {
  document.addEventListener(type, (event) => {
    const found = event.target instanceof Element ? event.target.closest(selector) : null;
    if (found) handler(event, found);
  }, options);
}

/** The words the server put on the toasts element for scripts: `word("copied")`. */
export function word(name) {
  const key = "words" + name.charAt(0).toUpperCase() + name.slice(1);
  return document.getElementById("toasts")?.dataset[key] ?? "";
}

/** True while a person types: single letters must not act as commands then. */
export function isTyping(element) {
  return element instanceof HTMLElement && (element.isContentEditable
    || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
}

/** True when the person wants the link in another tab or window. */
export function wantsNewTab(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0;
}

/** True when the session has ended meanwhile, or the person must go elsewhere first; a page that only reads is loaded anew. */
export function isSignedOut(response) {
  return response.status === 401 || response.headers.has("hx-redirect");
}

/** Parses HTML text into a document without running anything. */
export function parse(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** True when a field holds something other than what the server sent. */
export function isChanged(field) {
  if (field instanceof HTMLSelectElement) {
    return [...field.options].some((option) => option.selected !== option.defaultSelected)
      && [...field.options].some((option) => option.defaultSelected);
  }
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  return field.type !== "hidden" && field.value !== field.defaultValue;
}
