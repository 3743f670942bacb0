import type { Address } from './config/rules.ts';
import type { Setting } from './config/setting.ts';

/** A server could not begin to listen; the message names the setting, its value and why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Lets a server begin to listen.
 *
 * @param setting where its address comes from
 * @throws ListenError when it can not
 */
export async function listen(
  setting: Setting<Address>,
  address: Address,
  begin: () => Promise<unknown>,
): Promise<void> {
  try {
    await begin();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ListenError(`${setting.variable} ${textOf(address)} can not be used: ${why}`, { cause });
  }
}

/** An address as people write it, an IPv6 host in brackets. */
export function textOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
