// The card of one photo: preview, state, labels, times.
import { duration, percent } from "./words.js";

const template = document.querySelector("#card");
const labelTemplate = document.querySelector("#label");

export class Card {
  constructor(name, file) {
    this.name = name;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.image = this.part("img");
    this.part(".name").textContent = name;
    for (const [button, action] of [["remove", "Remove"], ["again", "Try again:"], ["smaller", "Send a smaller copy of"]]) {
      this.part(`.${button}`).setAttribute("aria-label", `${action} ${name}`);
    }
    this.url = URL.createObjectURL(file);
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  /** Loads the preview. Returns the image, or null if this browser cannot show the file. */
  async preview() {
    this.image.src = this.url;
    try {
      await this.image.decode();
    } catch {
      this.part(".no-preview").hidden = false;
      return null;
    }
    this.image.alt = `Preview of ${this.name}`;
    this.image.hidden = false;
    return this.image;
  }

  /** Shows that the photo is on its way. */
  busy(words) {
    this.element.classList.add("busy");
    this.element.classList.remove("failed");
    this.show(".state", words);
    for (const selector of [".labels", ".times", ".remark", ".again", ".smaller"]) this.part(selector).hidden = true;
  }

  /** Shows the answer of the service. `remark`: what was sent, if it was not the file itself. */
  done(answer, remark) {
    this.element.classList.remove("busy");
    this.part(".state").hidden = true;
    this.part(".labels").replaceChildren(...answer.predictions.map(labelRow));
    this.part(".labels").hidden = false;
    this.show(".times", times(answer));
    this.show(".remark", remark);
  }

  /** Shows why there is no answer, and the buttons that may help. */
  failed(words, { again, smaller }) {
    this.element.classList.remove("busy");
    this.element.classList.add("failed");
    this.show(".state", words);
    this.part(".again").hidden = !again;
    this.part(".smaller").hidden = !smaller;
  }

  show(selector, words) {
    this.part(selector).textContent = words;
    this.part(selector).hidden = !words;
  }

  /** Removes the card and its preview. */
  remove() {
    URL.revokeObjectURL(this.url);
    this.element.remove();
  }
}

function labelRow({ label, probability }) {
  const row = labelTemplate.content.firstElementChild.cloneNode(true);
  row.querySelector(".text").textContent = label;
  row.querySelector(".percent").textContent = percent(probability);
  row.querySelector(".fill").style.width = `${Math.max(probability * 100, 0.5)}%`;
  return row;
}

function times({ timings, elapsed }) {
  const { total_ms: total, read_ms: read, compute_ms: compute } = timings;
  return `${duration(total)} on the server: reading ${duration(read)}, computing ${duration(compute)}. With the transfer ${duration(elapsed)}.`;
}
