// The ways in which a user gives photos: file dialog, camera, drop, paste.

/** Calls `add([{file, name}])` for photos, and `notice(words)` where there are none. */
export function takePhotos(page, add, notice) {
  const give = (files, nothing, named) => {
    const photos = [...files].map((file) => ({ file, name: named ? named(file) : file.name || "Photo" }));
    if (photos.length) add(photos);
    else notice(nothing);
  };
  takeChosen(page, give);
  takeDropped(page, give);
  takePasted(page, give);
}

function takeChosen(page, give) {
  for (const input of page.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      if (input.files.length) give(input.files);
      // Without this, choosing the same file again would not be a change.
      input.value = "";
    });
  }
}

function takeDropped(page, give) {
  let depth = 0;
  const mark = (change) => {
    depth = change === 0 ? 0 : Math.max(0, depth + change);
    page.body.classList.toggle("dragging", depth > 0);
  };
  page.addEventListener("dragenter", () => mark(1));
  page.addEventListener("dragleave", () => mark(-1));
  page.addEventListener("dragover", (event) => event.preventDefault());
  page.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(0);
    give(event.dataTransfer.files, "That was not a file. Save the photo first, then drop or choose it.");
  });
}

function takePasted(page, give) {
  let number = 0;
  page.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    const named = (file) => (file.name && file.name !== "image.png" ? file.name : `Pasted photo ${(number += 1)}`);
    give(files, "The clipboard has no photo. Copy a photo, then paste again.", named);
  });
}
