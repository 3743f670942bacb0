import type { Config, Violation } from './config.ts';
import { isLoopback } from './rules.ts';
import { settings } from './settings.ts';

type CrossFieldRule = (config: Config) => readonly (Violation | false)[];

const rules: readonly CrossFieldRule[] = [
  ({ tlsCertFile, tlsKeyFile, tlsClientCaFile }) => [
    tlsCertFile === '' &&
      (tlsKeyFile !== '' || tlsClientCaFile !== '') && {
        setting: settings.tlsCertFile,
        allowed: 'set together with WFE_TLS_KEY_FILE and WFE_TLS_CLIENT_CA_FILE',
      },
    tlsKeyFile === '' &&
      tlsCertFile !== '' && { setting: settings.tlsKeyFile, allowed: 'set together with WFE_TLS_CERT_FILE' },
  ],
  ({ tlsCertFile, plaintext, http, grpc }) =>
    tlsCertFile !== '' || plaintext
      ? []
      : onLoopback({ http, grpc }, 'without TLS (WFE_TLS_CERT_FILE), unless WFE_PLAINTEXT is true'),
  ({ auth, http, grpc }) => (auth === 'none' ? onLoopback({ http, grpc }, 'if WFE_AUTH is none') : []),
  ({ drainDelayMs, shutdownMs }) => [
    drainDelayMs >= shutdownMs && {
      setting: settings.drainDelayMs,
      allowed: 'shorter than WFE_SHUTDOWN_TIMEOUT, which includes it',
    },
  ],
];

function onLoopback({ http, grpc }: Pick<Config, 'http' | 'grpc'>, condition: string): readonly (Violation | false)[] {
  const allowed = `on the loopback interface ${condition}`;
  return [
    !isLoopback(http) && { setting: settings.http, allowed },
    !isLoopback(grpc) && { setting: settings.grpc, allowed },
  ];
}

/** Violations of rules about several settings. They only concern the API. */
export function crossFieldViolations(config: Config): readonly Violation[] {
  if (!config.roles.includes('api')) return [];
  return rules.flatMap((rule) => rule(config)).filter((violation) => violation !== false);
}
