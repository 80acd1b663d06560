// Passkeys: what the page asks goes to the device, what the device says goes back in the same form. Without a
// script, or in a browser that has no passkeys, the form stays hidden and the other ways remain.
import { on, parse } from "./dom.js";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer ?? []), (b) => String.fromCharCode(b)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const isHere = () => "credentials" in navigator && "PublicKeyCredential" in window;
const named = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));

export function passkeysStart(root) {
  if (!isHere()) return;
  for (const form of root.querySelectorAll("form[data-passkey][hidden]")) form.hidden = false;
  for (const words of root.querySelectorAll("[data-passkey-none]")) words.hidden = true;
}

// A question is good for a few minutes, and the page may have stood open overnight: a fresh one is fetched.
async function fresh(form) {
  const answer = await fetch(form.dataset.page, { headers: { Accept: "text/html" } });
  const found = parse(await answer.text()).querySelector(`form[data-passkey][action="${form.getAttribute("action")}"]`);
  if (!found) throw new DOMException("the page has gone", "TimeoutError");
  form.elements.question.value = found.elements.question.value;
  return JSON.parse(found.dataset.options);
}

async function make(options) {
  options.challenge = bytes(options.challenge);
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = named(options.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey: options });
  return {
    id: text(made.rawId),
    client_data: text(made.response.clientDataJSON),
    authenticator_data: text(made.response.getAuthenticatorData()),
  };
}

async function sign(options) {
  options.challenge = bytes(options.challenge);
  options.allowCredentials = named(options.allowCredentials);
  const signed = await navigator.credentials.get({ publicKey: options });
  return {
    id: text(signed.rawId),
    client_data: text(signed.response.clientDataJSON),
    authenticator_data: text(signed.response.authenticatorData),
    signature: text(signed.response.signature),
    user_handle: text(signed.response.userHandle),
  };
}

/** Which words tell why it did not work. */
function reason(form, error) {
  if (location.origin !== form.dataset.origin || error.name === "SecurityError") return "elsewhere";
  if (error.name === "InvalidStateError") return "known";
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "cancelled";
  return "failed";
}

on("submit", "form[data-passkey]", async (event, form) => {
  event.preventDefault();
  const words = form.querySelector("[data-passkey-words]");
  const button = form.querySelector("button[type=submit]");
  if (button.disabled) return;
  words.hidden = true;
  button.disabled = true;
  try {
    if (location.origin !== form.dataset.origin) throw new DOMException("another address", "SecurityError");
    const options = await fresh(form);
    const said = await (form.dataset.passkey === "create" ? make(options) : sign(options));
    for (const [name, value] of Object.entries(said)) form.elements[name].value = value;
    form.submit();
  } catch (error) {
    words.querySelector("span").textContent = words.dataset[reason(form, error)];
    words.hidden = false;
    button.disabled = false;
  }
});
