// Numbers and server messages as text for people.

// A line does not end between a number and its unit.
const SPACE = "\u00a0";

/** Returns a probability as a percentage with one decimal. */
export function percent(probability) {
  const value = probability * 100;
  return value > 0 && value < 0.1 ? "< 0.1%" : `${value.toFixed(1)}%`;
}

/** Returns a size in bytes as kB or MB, with at most one decimal. */
export function size(bytes) {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${Number(value.toFixed(value < 10 ? 1 : 0))}${SPACE}${unit}`;
}

/** Returns a limit in bytes as kB or MB, never more than it is. */
export function limitSize(bytes) {
  return size(bytes < 1e6 ? Math.floor(bytes / 1e3) * 1e3 : Math.floor(bytes / 1e6) * 1e6);
}

/** Returns a duration in milliseconds as ms, or from one second on as s. */
export function duration(milliseconds) {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)}${SPACE}s`;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}${SPACE}ms`;
}

/** Returns a message as a sentence: a capital letter at the start, a full stop at the end. */
export function sentence(text) {
  const words = text.trim();
  if (!words) return "";
  return words[0].toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");
}

/** Returns the first 12 digits of `sha256:…`, with the name of the algorithm. */
export function shortDigest(digest) {
  const [algorithm, hex = ""] = digest.split(":");
  return `${algorithm}:${hex.slice(0, 12)}`;
}

/** An error whose message is meant for the user. `status` is the HTTP status, 0 without a response. */
export class Refusal extends Error {
  constructor(message, { status = 0, again = false } = {}) {
    super(message);
    this.status = status;
    this.again = again;
  }
}
