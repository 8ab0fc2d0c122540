"use strict";

const SHOWN_HEADERS = ["content-type", "x-model-version", "x-model-digest", "x-release", "x-request-id", "allow", "retry-after"];

function inputs(form, place) {
  return [...form.querySelectorAll(`input[data-in="${place}"]`)].filter((input) => input.value);
}

function address(form) {
  let path = form.dataset.path;
  for (const input of inputs(form, "path")) {
    path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
  }
  const query = new URLSearchParams(inputs(form, "query").map((input) => [input.name, input.value]));
  return query.size ? `${path}?${query}` : path;
}

function request(form) {
  const method = form.dataset.method.toUpperCase();
  const headers = Object.fromEntries(inputs(form, "header").map((input) => [input.name, input.value]));
  if (form.elements.body) {
    return { method, body: form.elements.body.value, headers: { ...headers, "Content-Type": "application/json" } };
  }
  if (form.elements.file) {
    const file = form.elements.file.files[0];
    return { method, body: file, headers: { ...headers, "Content-Type": file.type || "application/octet-stream" } };
  }
  return { method, headers };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(output, title, good, text) {
  const line = document.createElement("p");
  line.className = good ? "good" : "bad";
  line.textContent = title;
  const body = document.createElement("pre");
  body.tabIndex = 0;
  body.textContent = text;
  output.replaceChildren(line, body);
}

async function send(form) {
  const output = form.querySelector("output");
  const start = performance.now();
  try {
    const response = await fetch(address(form), request(form));
    const text = await response.text();
    const headers = SHOWN_HEADERS.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`);
    const title = `${response.status} ${response.statusText} in ${Math.round(performance.now() - start)} ms`;
    show(output, title, response.ok, `${headers.join("\n")}\n\n${pretty(text)}`);
  } catch (error) {
    show(output, `No response: ${error.message}`, false, "Check the connection to the app, then send again.");
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    await send(form);
    button.disabled = false;
  });
}
