import { defineConfig } from "@playwright/test";

// Where Chromium is: Debian's, since the tests download no browser.
const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  forbidOnly: true,
  ...(process.env["BENCH"] ? {} : { grepInvert: /@bench/ }),
  fullyParallel: true,
  workers: 4, // most of a test is waiting for a run
  timeout: 60_000,
  expect: { timeout: 15_000 }, // on machines that do other things, too
  reporter: [["list"]],
  use: {
    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--disable-dev-shm-usage"] },
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // A trace of each test costs a third of its time: TRACE=1 for a test that fails.
    trace: process.env["TRACE"] ? "on" : "off",
  },
});
