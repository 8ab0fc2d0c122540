// Takes photos from the user, sends them, and shows the answers.
import { offerCamera } from "./camera.js";
import { Card } from "./card.js";
import { prepare } from "./photo.js";
import { takePhotos } from "./intake.js";
import { predict, version } from "./service.js";
import { Refusal, limitSize, percent, shortDigest, size } from "./words.js";

const MOST_AT_ONCE = 2;
const MOST_ANNOUNCEMENTS = 20;
const narrow = matchMedia("(max-width: 46rem)");
const limits = { maxBytes: Number(document.body.dataset.maxBytes), maxPixels: Number(document.body.dataset.maxPixels) };
const find = (id) => document.getElementById(id);
const cards = new Map();
const waiting = [];
let running = 0;
let shownDigest = "";

function announce(words) {
  const line = document.createElement("p");
  line.textContent = words;
  find("announcements").append(line);
  while (find("announcements").childElementCount > MOST_ANNOUNCEMENTS) find("announcements").firstElementChild.remove();
}

function notice(words) {
  find("notice").textContent = words;
  find("notice").hidden = !words;
}

function add(photos) {
  notice("");
  const made = photos.map(({ file, name }) => ({ card: new Card(name, file), file }));
  find("results").prepend(...made.map(({ card }) => card.element));
  showCount();
  for (const { card, file } of made) {
    cards.set(card.element, card);
    card.part(".remove").addEventListener("click", () => remove(card));
    card.part(".again").addEventListener("click", () => retry(card, file, false));
    card.part(".smaller").addEventListener("click", () => retry(card, file, true));
    enqueue(card, file, false);
  }
  made[0]?.card.element.scrollIntoView({ block: narrow.matches ? "start" : "nearest" });
}

function retry(card, file, smaller) {
  // The button that has the focus is hidden while the photo is sent.
  card.element.focus();
  enqueue(card, file, smaller);
}

function enqueue(card, file, smaller) {
  card.busy("Waiting");
  waiting.push(() => classify(card, file, smaller));
  next();
}

function next() {
  while (running < MOST_AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift()().finally(() => {
      running -= 1;
      next();
    });
  }
}

async function classify(card, file, smaller) {
  if (!cards.has(card.element)) return;
  let image = null;
  try {
    card.busy("Reading the photo");
    image = await card.preview();
    const { blob, type, remark } = await prepare(file, image, limits, smaller);
    card.busy(`Sending ${size(blob.size)}`);
    const answer = await predict(blob, type, (seconds) => wait(card, seconds));
    card.done(answer, remark);
    showModelOf(answer);
    announce(`${card.name}: ${answer.predictions[0].label}, ${percent(answer.predictions[0].probability)}`);
  } catch (error) {
    fail(card, error, image, smaller);
  }
}

function wait(card, seconds) {
  const words = `The service is busy. Trying again in ${seconds} s`;
  card.busy(words);
  announce(`${card.name}: ${words}`);
}

function fail(card, error, image, smaller) {
  const expected = error instanceof Refusal;
  if (!expected) console.error(error);
  const words = expected ? error.message : "The page failed. Reload it, then try again.";
  const canShrink = expected && image !== null && !smaller && error.shrink;
  card.failed(words, { again: expected && error.again, smaller: canShrink });
  announce(`${card.name}: ${words}`);
}

function remove(card) {
  const following = card.element.nextElementSibling ?? card.element.previousElementSibling;
  cards.delete(card.element);
  card.remove();
  announce(`${card.name} removed`);
  showCount();
  // Else the focus would be lost with the button.
  (following ? following.querySelector(".remove") : find("files")).focus();
}

function removeAll() {
  for (const card of cards.values()) card.remove();
  cards.clear();
  waiting.length = 0;
  showCount();
  announce("All photos removed");
  find("files").focus();
}

function showCount() {
  const none = find("results").childElementCount === 0;
  find("answers").hidden = none;
  document.body.classList.toggle("empty", none);
}

function showModelOf({ model }) {
  // After a release, another model may answer than the one that this page has shown.
  if (model && model.digest !== shownDigest) showVersion();
}

async function showVersion() {
  try {
    const { model, app } = await version();
    shownDigest = model.digest;
    find("model").textContent = `Answers by ${model.name} ${model.version}`;
    showFacts({ Model: `${model.name} ${model.version}`, Digest: shortDigest(model.digest), Release: app.release ?? "none" });
  } catch (error) {
    find("model").textContent = error.message;
  }
}

function showFacts(facts) {
  find("facts").replaceChildren(...Object.entries(facts).map(([name, value]) => {
    const pair = document.createElement("div");
    for (const [tag, text] of [["dt", name], ["dd", value]]) {
      pair.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
    return pair;
  }));
}

find("limit").textContent = `JPEG, PNG or WebP, up to ${limitSize(limits.maxBytes)}; a larger photo is made smaller here.`;
find("origin").textContent = new URL(".", location.href).href;
find("clear").addEventListener("click", removeAll);
takePhotos(document, add, notice);
offerCamera(find("open-camera"), find("viewfinder"), (files) => add(files.map((file) => ({ file, name: file.name }))), notice);
showVersion();
