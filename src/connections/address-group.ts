import { isIPv6 } from 'node:net';

/** How many groups of an IPv6 address are those of its network: the /64 that one site has. */
const networkGroups = 4;

/**
 * What calls and connections are counted by: an IPv4 address, or the /64 of an IPv6 address, of which one site has all.
 */
export function addressGroup(address: string): string {
  const plain = plainAddress(address);
  const [withoutZone = ''] = plain.split('%');
  if (!isIPv6(withoutZone)) return plain;
  const network = groupsOf(withoutZone).slice(0, networkGroups);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** An IPv4 address as such, also where a dual-stack socket maps it (::ffff:10.0.0.1). */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const missing = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after];
}
