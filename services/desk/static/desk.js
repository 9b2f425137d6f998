// What pages do beyond links and forms. Without it they still work, but for charts.
"use strict";

// A form that is being sent cannot be sent again; its key would make the second sending harmless anyway. Who goes back finds a
// page with other keys: what is sent from it unchanged goes out under the first key, so it is not done a second time.
const SENT = history.state?.sent ?? `sent ${Date.now()} ${Math.random()}`;
history.replaceState({ ...history.state, sent: SENT }, "");
addEventListener("submit", (event) => {
  const key = event.target.elements.key;
  if (key) {
    const said = [...new FormData(event.target)].filter(([name]) => name !== "key").map(([name, value]) => [name, value.name ?? value]);
    const text = event.target.action + JSON.stringify(said), keys = JSON.parse(sessionStorage.getItem(SENT) ?? "{}");
    const digest = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)) | 0, 0);
    key.value = keys[digest] ??= key.value;
    sessionStorage.setItem(SENT, JSON.stringify(keys));
  }
  for (const button of event.target.querySelectorAll("button:not([name])")) button.disabled = true;
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form button[disabled]")) button.disabled = false;
});

// Escape folds an open act, and leads back to its title.
addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest("details.act[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

// What was done is told first.
document.querySelector(".done[tabindex]")?.focus();

// A file may be dropped on its field.
for (const place of document.querySelectorAll(".drop")) {
  const input = place.querySelector("input[type=file]");
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
}

// A file that is larger than what is taken is not sent at all.
for (const input of document.querySelectorAll("input[data-max-bytes]")) {
  input.addEventListener("change", () => {
    const large = [...input.files].some((file) => file.size > Number(input.dataset.maxBytes));
    input.setCustomValidity(large ? input.dataset.tooLarge : "");
    input.reportValidity();
  });
}

// A list in a form gets another row, with the next number in its names.
for (const button of document.querySelectorAll("[data-adds-row]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = button.form.querySelectorAll("fieldset.row"), last = rows[rows.length - 1], next = last.cloneNode(true);
    const numbered = (text) => text.replace(/\d+/, (number) => Number(number) + 1);
    for (const part of next.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, numbered(part.getAttribute(name)));
      }
      if ("value" in part) part.value = "";
    }
    next.querySelector("legend").textContent = numbered(next.querySelector("legend").textContent);
    last.after(next);
    next.querySelector("input, select").focus();
  });
}

// Charts: the figures stand in a table beside each; see the macro `chart`.
const COLOURS = ["#0b5394", "#c46a00", "#1c6b3c", "#8a2be2", "#a4161a", "#3d5a6c", "#b08900", "#6b2d5c"];
for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
  if (!window.Chart) break;
  const { kind, labels, series, unit } = JSON.parse(canvas.dataset.chart);
  const stacked = kind.includes("stacked"), across = kind.includes("across");
  if (across) canvas.style.minHeight = canvas.style.maxHeight = `${Math.max(14, labels.length * 1.5 + 5)}rem`;
  new Chart(canvas, {
    type: kind === "line" ? "line" : "bar",
    data: {
      labels,
      datasets: series.map((one, place) => ({
        label: one.name, data: one.values, backgroundColor: COLOURS[(one.colour ?? place) % COLOURS.length],
        borderColor: COLOURS[(one.colour ?? place) % COLOURS.length], stepped: kind === "line",
      })),
    },
    options: {
      animation: false, maintainAspectRatio: false, indexAxis: across ? "y" : "x",
      scales: { x: { stacked }, y: { stacked } },
      plugins: {
        legend: { display: series.length > 1 },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.formattedValue} ${unit}`.trim() } },
      },
    },
  });
}
