// Opens a status page in Chromium as a person would, and tells as JSON what it saw. Arguments: one JSON object.
import { createRequire } from "node:module";

const { packages, executable, url, secret, screenshots, folder, name } = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${packages}/`)("playwright-core");
const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });

// What one kind of device and language shows.
async function view(form, viewport, locale) {
  const context = await browser.newContext({ viewport, locale, deviceScaleFactor: 2 });
  const page = await context.newPage();
  const [wrong, asked] = [[], new Set()];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (line) => line.type() === "error" && !line.text().includes("401") && wrong.push(line.text()));
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  await page.goto(url);
  const closed = await page.locator("#view").isHidden();
  await page.fill("[name=secret]", "not the secret");
  await page.click("form button");
  await page.waitForFunction(() => document.getElementById("refusal").textContent);
  const refusal = await page.locator("#refusal").textContent();
  await page.fill("[name=secret]", secret);
  await page.click("form button");
  await page.locator("#view").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("svg .curve").length >= 4, null, { timeout: 60000 });
  if (screenshots) await page.waitForTimeout(12000); // two more polls: the curves have a shape
  if (screenshots) await page.screenshot({ path: `${folder}/${name}-${form}-${locale}.png`, fullPage: true });
  const look = () => page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.querySelector("h1").innerText,
    headings: [...document.querySelectorAll("h2")].filter((h) => h.offsetParent).map((h) => h.innerText),
    stages: [...document.querySelectorAll("#flow li")].map((li) => li.innerText.replaceAll("\n", " ")),
    loops: document.querySelectorAll("#loops tbody tr").length,
    verdict: document.getElementById("verdict").innerText,
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    bare: [...document.querySelectorAll("[data-say]")].filter((n) => !n.textContent.trim()).map((n) => n.dataset.say),
  }));
  const first = await look();
  await page.click("#language");
  const second = await look();
  await context.close();
  return { form, locale, closed, refusal, wrong, asked: [...asked], first, second };
}

const forms = [["desktop", { width: 1280, height: 900 }], ["phone", { width: 390, height: 844 }]];
const seen = await Promise.all(forms.flatMap(([form, viewport]) => ["en-US", "zh-CN"].map((l) => view(form, viewport, l))));
await browser.close();
console.log(JSON.stringify(seen));
