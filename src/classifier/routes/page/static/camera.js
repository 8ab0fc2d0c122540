// A camera of a computer: its picture in a dialog, and a button that takes a photo of it.

const FACING = { video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } } };
const NOT_ALLOWED = "The browser does not allow this page to use the camera. Allow it in the settings of the page, or choose a photo.";
const NOT_USABLE = "The camera cannot be used; another program may be using it. Choose a photo instead.";

/** Shows `button` if there is a camera. It calls `give([file])` for a photo, and `notice(words)` if it fails. */
export async function offerCamera(button, dialog, give, notice) {
  // Browsers have no cameras for a page that came over HTTP from another machine.
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  button.hidden = !devices?.some((device) => device.kind === "videoinput");
  const video = dialog.querySelector("video");
  let number = 0;
  button.addEventListener("click", () => open(dialog, video, notice));
  dialog.addEventListener("close", () => stop(video));
  dialog.querySelector(".close").addEventListener("click", () => dialog.close());
  dialog.querySelector(".take").addEventListener("click", async () => {
    const file = await take(video, `Camera photo ${(number += 1)}.jpg`);
    dialog.close();
    give([file]);
  });
}

async function open(dialog, video, notice) {
  notice("");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia(FACING);
    dialog.showModal();
    await video.play();
  } catch (error) {
    dialog.close();
    notice(error.name === "NotAllowedError" ? NOT_ALLOWED : NOT_USABLE);
  }
}

function stop(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

function take(video, name) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => {
    canvas.toBlob((blob) => resolve(new File([blob], name, { type: blob.type })), "image/jpeg", 0.92);
  });
}
