import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** Prefers an installed browser to that of the package. */
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** For a headless browser without a sandbox and without network access. */
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/** Starts a headless Chromium; the caller closes it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = installed ?? (await chromium.executablePath());
  return driver.launch({ executablePath, headless: true, args: flags });
}
