import { isIPv6 } from 'node:net';

/** What calls and connections are counted by: an IPv4 address, or the /64 of an IPv6 address, which belongs to one site. */
export function addressGroup(address: string): string {
  const plain = plainAddress(address);
  const [withoutZone = ''] = plain.split('%');
  if (!isIPv6(withoutZone)) return plain;
  const network = groupsOf(withoutZone).slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** Maps IPv4-mapped IPv6 addresses of dual-stack sockets (::ffff:10.0.0.1) to IPv4. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** The eight hexadecimal groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const missing = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after];
}
