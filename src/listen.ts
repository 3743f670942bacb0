import type { Address, Setting } from './config/rules.ts';

/** A server cannot listen; the message names the setting, its value and the cause. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Starts a server.
 *
 * @param setting of its address
 * @throws ListenError if it cannot listen
 */
export async function listen(
  setting: Setting<Address>,
  address: Address,
  start: () => Promise<unknown>,
): Promise<void> {
  try {
    await start();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ListenError(`${setting.variable} ${formatAddress(address)} cannot be used: ${reason}`, { cause });
  }
}

/** Formats an address as `host:port`, with brackets around an IPv6 host. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
