import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as driver } from 'playwright-core';

/** A browser of the machine's own, which is preferred to the one that comes as a package. */
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** What keeps a browser without a window, without a sandbox of its own and without a network beyond this machine quiet. */
const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/** Starts a headless Chromium. Whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = installed ?? (await chromium.executablePath());
  return driver.launch({ executablePath, headless: true, args: flags });
}
