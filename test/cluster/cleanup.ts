import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { findCgroups, removeCgroups } from './cgroups.ts';
import { runCommand } from './command.ts';
import { cgroupName } from './node-services.ts';
import { endProcess, findByEnvironment, isAlive, type ProcessIdentity } from './process.ts';
import { readRecord } from './record.ts';
import { markerVariable } from './services.ts';

/** Timeout for the kernel to remove the interfaces of an unused network namespace. */
const interfaceDeadlineMilliseconds = 10_000;

/**
 * Removes a cluster: processes, containers, mounts, interfaces, cgroups and files. It is idempotent and works on a partial
 * cluster, as after a crash. The caller holds the cluster's lock.
 *
 * Containers, mounts and network namespaces with their interfaces end with the first process of the sandbox's process
 * namespace.
 */
export async function removeCluster(directory: string): Promise<void> {
  const record = readRecord(directory);
  // Processes that start others first, repeatedly, since one may just have started another.
  for (;;) {
    const recorded = Object.values(record?.processes ?? {}).filter(isAlive);
    const found = unique([...recorded, ...findByEnvironment(markerVariable, directory)]);
    if (found.length === 0) break;
    await Promise.all(found.map((identity) => endProcess(identity)));
  }
  if (record) await removeInterfaces(record.subnet);
  await unmountBelow(directory);
  await removeCgroups(cgroupName(directory));
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function unique(identities: readonly ProcessIdentity[]): ProcessIdentity[] {
  return [...new Map(identities.map((identity) => [identity.pid, identity])).values()];
}

/** Names of the machine's interfaces for pods of this subnet: they have its gateway address. */
export function interfacesOf(subnet: string): string[] {
  const entries = Object.entries(networkInterfaces());
  return entries
    .filter(([, addresses]) => addresses?.some(({ address }) => address.startsWith(`${subnet}.`)))
    .map(([name]) => name);
}

/** Waits for the kernel to remove the interfaces; then deletes the remaining ones. */
async function removeInterfaces(subnet: string): Promise<void> {
  const deadline = performance.now() + interfaceDeadlineMilliseconds;
  while (interfacesOf(subnet).length > 0 && performance.now() < deadline) await delay(20);
  for (const name of interfacesOf(subnet)) await runCommand('ip', ['link', 'delete', name]).catch(() => undefined);
}

/** Mount points below a directory in this process's mount namespace, deepest first. */
export function mountsBelow(directory: string, mountInfo: string = readMountInfo()): string[] {
  return mountInfo
    .split('\n')
    .map((line) => unescape(line.split(' ')[4] ?? ''))
    .filter((path) => path.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

/** mountinfo escapes space, tab, newline and backslash as octal. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function readMountInfo(): string {
  return existsSync('/proc/self/mountinfo') ? readFileSync('/proc/self/mountinfo', 'utf8') : '';
}

async function unmountBelow(directory: string): Promise<void> {
  for (const path of mountsBelow(directory)) await runCommand('umount', ['--lazy', path]).catch(() => undefined);
}

/** What is left of a cluster, a sentence each; empty if nothing. */
export function leftovers(directory: string, subnet?: string): string[] {
  return [
    ...findByEnvironment(markerVariable, directory).map(({ pid }) => `process ${pid}`),
    ...(subnet ? interfacesOf(subnet).map((name) => `network interface ${name}`) : []),
    ...mountsBelow(directory).map((path) => `mount ${path}`),
    ...findCgroups(cgroupName(directory)).map((path) => `cgroup ${path}`),
    ...(existsSync(directory) ? [`directory ${directory}`] : []),
  ];
}
