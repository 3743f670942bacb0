// Runs a command of this project on a fresh machine:
//
//   node scripts/bootstrap.mjs -- COMMAND [ARGUMENT...]
//
// It installs the locked packages when they are missing or older than the lock file, finds a Node.js that the project
// runs on (the packages bring one for Linux), and starts COMMAND with both first on the path. This file is plain
// JavaScript for any installed Node.js, and has no dependencies.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, delimiter } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed-from');
const wanted = [24, 9];

class BootstrapError extends Error {}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof BootstrapError ? `error: ${error.message}` : error);
  process.exitCode = 1;
});

async function main(argv) {
  const command = argv[0] === '--' ? argv.slice(1) : argv;
  if (command.length === 0) throw new BootstrapError('usage: node scripts/bootstrap.mjs -- COMMAND [ARGUMENT...]');
  await installPackages();
  const node = findNode();
  const path = [join(modules, '.bin'), dirname(node), process.env.PATH].join(delimiter);
  const file = command[0] === 'node' ? node : command[0];
  process.exitCode = await run(file, command.slice(1), { ...process.env, PATH: path });
}

/** Installs the packages of package-lock.json, unless they are installed. */
async function installPackages() {
  const locked = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === locked) return;
  const started = Date.now();
  console.error('Installing the locked packages (npm ci) …');
  const ticker = setInterval(() => console.error(`  still installing, ${seconds(started)} so far`), 15_000);
  try {
    // --include: production settings or an --omit in the environment would leave out what tests and builds need.
    const arguments_ = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const code = await run(npm(), arguments_, process.env, root);
    if (code !== 0) throw new BootstrapError(`npm ci ended with exit code ${code}; nothing was started.`);
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(stamp, locked);
  console.error(`Installed the packages into node_modules in ${seconds(started)}.`);
}

/** npm of the same installation as the Node.js that runs this, else the one on the path. */
function npm() {
  const sibling = join(dirname(process.execPath), 'npm');
  return existsSync(sibling) ? sibling : 'npm';
}

/** A Node.js that is new enough: the one that runs this, else the one that came with the packages. */
function findNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const packaged = join(modules, `node-${process.platform}-${process.arch}`, 'bin', 'node');
  if (existsSync(packaged)) return packaged;
  throw new BootstrapError(
    `Node.js ${wanted.join('.')} or newer is needed and this is ${process.versions.node}; ` +
      `there is no packaged one for ${process.platform}/${process.arch}. Install Node.js 24 and try again.`,
  );
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

/** Runs a command to its end, passing signals on; resolves with its exit code as a shell would give it. */
function run(file, arguments_, env, cwd = process.cwd()) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, arguments_, { cwd, env, stdio: 'inherit' });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const settle = () => signals.forEach((signal) => process.off(signal, forward));
    child.once('error', (error) => {
      settle();
      reject(error.code === 'ENOENT' ? new BootstrapError(`${file} is not installed; it comes with Node.js.`) : error);
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function seconds(since) {
  return `${Math.round((Date.now() - since) / 1000)} s`;
}
