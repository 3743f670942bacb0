import type { Config } from './config.ts';
import { isLoopback, type Address } from './rules.ts';
import { settings } from './settings.ts';
import type { Setting } from './setting.ts';

/** A rule that more than one setting is part of: which one breaks it, and what it must be instead. */
interface Violation {
  readonly setting: Setting<unknown>;
  readonly allowed: string;
}

type RuleBetween = (config: Config) => readonly (Violation | false)[];

const addresses = [
  [settings.http, ({ http }: Config) => http],
  [settings.grpc, ({ grpc }: Config) => grpc],
] as const satisfies readonly (readonly [Setting<Address>, (config: Config) => Address])[];

const rules: readonly RuleBetween[] = [
  ({ tlsCertFile, tlsKeyFile, tlsClientCaFile }) => [
    tlsCertFile === '' &&
      (tlsKeyFile !== '' || tlsClientCaFile !== '') && {
        setting: settings.tlsCertFile,
        allowed: 'given together with WFE_TLS_KEY_FILE and WFE_TLS_CLIENT_CA_FILE',
      },
    tlsKeyFile === '' &&
      tlsCertFile !== '' && { setting: settings.tlsKeyFile, allowed: 'given together with WFE_TLS_CERT_FILE' },
  ],
  (config) =>
    addresses.map(
      ([setting, addressOf]) =>
        config.tlsCertFile === '' &&
        !config.plaintext &&
        !isLoopback(addressOf(config)) && {
          setting,
          allowed: 'on the loopback interface when there is no TLS (WFE_TLS_CERT_FILE) and WFE_PLAINTEXT is not true',
        },
    ),
  (config) =>
    addresses.map(
      ([setting, addressOf]) =>
        config.auth === 'none' &&
        !isLoopback(addressOf(config)) && { setting, allowed: 'on the loopback interface when WFE_AUTH is none' },
    ),
  ({ drainDelayMs, shutdownMs }) => [
    drainDelayMs >= shutdownMs && {
      setting: settings.drainDelayMs,
      allowed: 'shorter than WFE_SHUTDOWN_TIMEOUT, which it is a part of',
    },
  ],
];

/** The rules between settings that a configuration breaks; only an API listens for calls, so only one has rules for that. */
export function crossFieldViolations(config: Config): readonly Violation[] {
  if (!config.roles.includes('api')) return [];
  return rules.flatMap((rule) => rule(config)).filter((broken) => broken !== false);
}
