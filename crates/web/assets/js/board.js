// Boards: cards are dragged or moved by Shift and arrows; the move shows at once and goes back when
// the server refuses it.
import { on, word } from "./dom.js";
import { toast } from "./toast.js";

let dragged = null;

on("dragstart", "[data-card]", (event, card) => {
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.card);
  card.classList.add("is-dragged");
});

on("dragend", "[data-card]", (_, card) => {
  card.classList.remove("is-dragged");
  for (const column of document.querySelectorAll(".is-over[data-stage]")) column.classList.remove("is-over");
  dragged = null;
});

on("dragover", "[data-stage]", (event, column) => {
  if (!dragged) return;
  event.preventDefault();
  column.classList.add("is-over");
});

on("dragleave", "[data-stage]", (event, column) => {
  if (!column.contains(event.relatedTarget)) column.classList.remove("is-over");
});

on("drop", "[data-stage]", (event, column) => {
  event.preventDefault();
  column.classList.remove("is-over");
  if (dragged && dragged.closest("[data-stage]") !== column) move(dragged, column);
});

async function move(card, column) {
  const from = { parent: card.parentElement, next: card.nextElementSibling };
  const board = card.closest("[data-board]");
  column.querySelector("[data-cards]").prepend(card);
  card.classList.add("is-moving");
  const body = new URLSearchParams({ id: card.dataset.card, stage: column.dataset.stage });
  try {
    const response = await fetch(board.dataset.board, { method: "POST", body, headers: { "X-Requested-With": "board" } });
    if (!response.ok) throw new Error((await response.text()).slice(0, 300));
  } catch (error) {
    from.parent.insertBefore(card, from.next);
    const isPlain = error instanceof Error && error.message && !error.message.includes("<");
    toast(isPlain && !(error instanceof TypeError) ? error.message : word("failed"), "danger");
  }
  card.classList.remove("is-moving");
}

on("keydown", "[data-card]", (event, card) => {
  const columns = [...card.closest("[data-board]").querySelectorAll("[data-stage]")];
  const column = card.closest("[data-stage]");
  const across = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const down = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const beside = across ? columns[columns.indexOf(column) + across] : null;
  const target = across ? beside?.querySelector("[data-card]") : down ? card[down] : null;
  if (!across && !down) return;
  event.preventDefault();
  if (event.shiftKey && beside) {
    move(card, beside);
    card.querySelector("a")?.focus();
  } else {
    (target?.querySelector("a") ?? target)?.focus();
  }
});
