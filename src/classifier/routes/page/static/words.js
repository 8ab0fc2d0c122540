// Numbers and server messages as text for people.

// A line does not end between a number and its unit.
const SPACE = "\u00a0";
const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Returns a probability as a percentage with one decimal. */
export function percent(probability) {
  const value = probability * 100;
  return value > 0 && value < 0.1 ? "< 0.1%" : `${value.toFixed(1)}%`;
}

/** Returns a size in bytes as KiB or MiB, with at most one decimal. */
export function size(bytes) {
  const [value, unit] = bytes < MEBIBYTE ? [bytes / KIBIBYTE, "KiB"] : [bytes / MEBIBYTE, "MiB"];
  return `${Number(value.toFixed(value < 10 ? 1 : 0))}${SPACE}${unit}`;
}

/** Returns a limit in bytes as KiB or MiB, never more than it is. */
export function limitSize(bytes) {
  const unit = bytes < MEBIBYTE ? KIBIBYTE : MEBIBYTE;
  return size(Math.floor(bytes / unit) * unit);
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

/** An error whose message is meant for the user. `again`: the same file may succeed later; `shrink`: a smaller copy may. */
export class Refusal extends Error {
  constructor(message, { again = false, shrink = false } = {}) {
    super(message);
    this.again = again;
    this.shrink = shrink;
  }
}
