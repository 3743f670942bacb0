import { isIPv6 } from 'node:net';

/** How many groups of an IPv6 address are those of its network: the /64 that one site has. */
const networkGroups = 4;

/**
 * What calls and connections are counted by: an IPv4 address, or the /64 of an IPv6 address, of which one site has all. An
 * IPv4 address has one form, also where a dual-stack socket maps it (::ffff:10.0.0.1).
 */
export function addressGroup(address: string): string {
  const mapped = /^::ffff:(?<ipv4>\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.groups?.['ipv4'];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const network = groupsOf(plain).slice(0, networkGroups);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const missing = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill('0'), ...after];
}
