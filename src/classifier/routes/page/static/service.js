// Requests to the service that this page comes from. URLs are relative, so it may be under any path.
import { Refusal, sentence } from "./words.js";

const TOP = 5;
// The service takes at most 60 s to receive a request, and 30 s to answer it.
const DEADLINE_MS = 100_000;
const MOST_WAITS = 6;
const LONGEST_WAIT_S = 30;
const BUSY = new Set([429, 503]);
const TOO_LARGE = new Set([408, 413]);
const WITHOUT_WORDS = {
  408: "The photo took too long to arrive. Send a smaller copy.",
  413: "The photo is too large for the service. Send a smaller one.",
  415: "The service does not accept this kind of file. Send a JPEG, PNG or WebP photo.",
  502: "The service is not available at the moment. Try again later.",
  504: "The service did not answer in time. Try again.",
};

/**
 * Returns what the service answers to a photo, and the milliseconds until the answer was complete.
 * `onWait(seconds)` is called before each wait of a busy service. Throws Refusal with the reason.
 */
export async function predict(photo, type, onWait) {
  for (let waits = 0; ; waits += 1) {
    const start = performance.now();
    const response = await send(`predict?top=${TOP}`, { method: "POST", body: photo, headers: { "Content-Type": type } });
    if (response.ok) return { ...(await json(response)), elapsed: performance.now() - start };
    if (!BUSY.has(response.status) || waits >= MOST_WAITS) throw await refusal(response);
    const seconds = retryAfter(response.headers.get("Retry-After"));
    if (seconds > LONGEST_WAIT_S) throw await refusal(response);
    onWait(seconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** Returns the versions of the app and its model. Throws Refusal. */
export async function version() {
  const response = await send("version", {});
  if (!response.ok) throw await refusal(response);
  return json(response);
}

async function send(url, options) {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(DEADLINE_MS) });
  } catch (error) {
    throw unreachable(error);
  }
}

async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    throw unreachable(error);
  }
}

function unreachable(error) {
  const slow = error.name === "TimeoutError";
  const words = slow ? "The service did not answer in time." : "The service cannot be reached. Check your connection.";
  return new Refusal(words, { again: true, shrink: slow });
}

async function refusal(response) {
  const { status } = response;
  const problem = await response.json().catch(() => ({}));
  const words = problem.error ? `${sentence(problem.error)} ${sentence(problem.detail ?? "")}`.trim() : WITHOUT_WORDS[status];
  const busy = BUSY.has(status) ? "The service has too much to do at the moment. Try again later." : "";
  const again = status >= 500 || status === 408 || busy !== "";
  // Of a damaged photo, a copy is damaged too: half a picture, with a confident answer.
  const shrink = TOO_LARGE.has(status) || String(problem.type).endsWith("#image-too-large");
  return new Refusal(busy || words || `The service answered with status ${status}. Try again later.`, { again, shrink });
}

/** Returns the seconds of a Retry-After header, which is a number or a date; 1 without one. */
export function retryAfter(header) {
  if (!header) return 1;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(seconds, 1) : 1;
}
