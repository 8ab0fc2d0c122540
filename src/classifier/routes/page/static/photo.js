// What is sent of a file: the file itself, or a JPEG copy that the service can read.
import { Refusal, limitSize, size } from "./words.js";

const READABLE = new Set(["image/jpeg", "image/png", "image/webp"]);
const LONGEST_SIDE = 3000;
const LEAST_SIDE = 64;
const QUALITY = 0.92;
const COPY = "image/jpeg";
const HEIC_BRANDS = new Set(["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]);

/** Returns the media type that the first bytes of a file show, or an empty string. */
export async function mediaType(file) {
  const bytes = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n")) return "image/png";
  if (text.startsWith("RIFF") && text.slice(8) === "WEBP") return "image/webp";
  if (text.slice(4, 8) === "ftyp" && HEIC_BRANDS.has(text.slice(8))) return "image/heic";
  return "";
}

/**
 * Returns `{blob, type, remark}`: what is sent of `file`. `image` is the loaded preview, or null if this
 * browser cannot show the file. With `smaller`, or where the service would refuse the file, it is a smaller
 * JPEG copy. Throws Refusal if the browser cannot make one.
 */
export async function prepare(file, image, limits, smaller = false) {
  if (!file.size) throw new Refusal("The file is empty. Choose another one.");
  const type = await mediaType(file);
  const why = smaller ? "the service refused the original" : reason(file, type, image, limits);
  if (!why) return { blob: file, type, remark: "" };
  if (!image) throw new Refusal(cannotOpen(file, type, limits));
  const blob = await copy(image, limits, smaller ? LONGEST_SIDE / 2 : LONGEST_SIDE);
  return { blob, type: COPY, remark: `Sent as a JPEG copy of ${size(blob.size)}, because ${why}.` };
}

function reason(file, type, image, limits) {
  const pixels = image ? image.naturalWidth * image.naturalHeight : 0;
  if (!READABLE.has(type)) return "the service reads JPEG, PNG and WebP only";
  if (file.size > limits.maxBytes) return `the limit is ${limitSize(limits.maxBytes)}`;
  return pixels > limits.maxPixels ? `the limit is ${Math.floor(limits.maxPixels / 1e6)} million pixels` : "";
}

function cannotOpen(file, type, limits) {
  if (type === "image/heic") {
    return "This is a HEIC photo, which this browser cannot open. Save it as JPEG; on an iPhone: Settings, Camera, Formats, Most Compatible.";
  }
  if (READABLE.has(type)) return `The photo has ${size(file.size)}, the limit is ${limitSize(limits.maxBytes)}. Send a smaller one.`;
  return "This is not a photo that the browser can open. Choose a JPEG, PNG or WebP photo.";
}

async function copy(image, limits, longest) {
  const { naturalWidth: width, naturalHeight: height } = image;
  for (let side = Math.min(longest, Math.max(width, height)); side >= LEAST_SIDE; side /= 2) {
    const blob = await draw(image, side / Math.max(width, height));
    if (blob && blob.size <= limits.maxBytes) return blob;
  }
  throw new Refusal("The browser cannot make a copy of this photo that is small enough. Choose another one.");
}

async function draw(image, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d");
  // A JPEG has no transparency.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, COPY, QUALITY));
}
