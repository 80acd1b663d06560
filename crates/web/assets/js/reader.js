// A talk with a card: the server says what to say to it, the program at this machine says it, and the form goes back with all that
// was answered so far. Nothing is understood here.
const IS_WORD = /^application\/json/;
// A talk that does not end is none.
const ROUNDS_MAX = 300;

async function ask(reader, path, body = "") {
  const response = await fetch(`${reader}/v1/${path}`, { method: "POST", body, credentials: "omit" });
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

// Whoever has pulled the card out hears of it from the server, in his language.
async function transmit(reader, command) {
  try {
    return await ask(reader, "transmit", command);
  } catch {
    return "-";
  }
}

/** Sends a form, with as many words between server and card as it takes; the answer is the last one's. */
export async function talk(form, post) {
  const { reader } = form.dataset;
  const busy = form.querySelector("[data-reader-busy]");
  try {
    await ask(reader, "open");
  } catch {
    return post({ card_began: "", card_answers: "", card_trouble: "reader" });
  }
  if (busy) busy.hidden = false;
  let began = "";
  let answers = "";
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const response = await post({ card_began: began, card_answers: answers });
      if (!response.ok || !IS_WORD.test(response.headers.get("Content-Type") ?? "")) return response;
      const word = await response.json();
      began = word.began;
      answers += `${await transmit(reader, word.say)}.`;
    }
    throw new Error("the talk does not end");
  } finally {
    if (busy) busy.hidden = true;
    ask(reader, "close").catch(() => {});
  }
}
