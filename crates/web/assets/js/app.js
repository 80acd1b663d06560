// The start of all scripts: every module listens on the document, so parts of a page that are
// replaced later need nothing more than `enhance`.
import { enhance } from "./enhance.js";
import "./menu.js";
import "./dialog.js";
import "./palette.js";
import "./keys.js";
import "./table.js";
import "./board.js";
import "./filter.js";
import "./form.js";
import "./preferences.js";
import "./live.js";
import "./tip.js";

enhance(document);
document.addEventListener("htmx:after:swap", (event) => enhance(event.target));
