import type { Config, Violation } from './config.ts';
import { isLoopback, type Setting } from './rules.ts';
import { settings } from './settings.ts';

/** Violations of rules about several settings. They only concern the API. */
export function crossFieldViolations(config: Config): readonly Violation[] {
  if (!config.roles.includes('api')) return [];
  const { http, grpc, tlsKeyFile, tlsClientCaFile, drainDelayMs, shutdownMs } = config;
  const hasTls = config.tlsCertFile !== '';
  const isPlaintext = !hasTls && !config.plaintext;
  const withoutTls = 'on the loopback interface without TLS (WFE_TLS_CERT_FILE), unless WFE_PLAINTEXT is true';
  const isAnonymous = config.auth === 'none';
  const withoutAuth = 'on the loopback interface if WFE_AUTH is none';
  const rules: readonly (readonly [isBroken: boolean, Setting<unknown>, allowed: string])[] = [
    [
      !hasTls && (tlsKeyFile !== '' || tlsClientCaFile !== ''),
      settings.tlsCertFile,
      'set together with WFE_TLS_KEY_FILE and WFE_TLS_CLIENT_CA_FILE',
    ],
    [hasTls && tlsKeyFile === '', settings.tlsKeyFile, 'set together with WFE_TLS_CERT_FILE'],
    [isPlaintext && !isLoopback(http), settings.http, withoutTls],
    [isPlaintext && !isLoopback(grpc), settings.grpc, withoutTls],
    [isAnonymous && !isLoopback(http), settings.http, withoutAuth],
    [isAnonymous && !isLoopback(grpc), settings.grpc, withoutAuth],
    [
      config.undeclaredParameters === 'refuse' && config.preflightTimeoutMs === 0,
      settings.preflightTimeoutMs,
      'more than 0s if WFE_UNDECLARED_PARAMETERS is refuse',
    ],
    [drainDelayMs >= shutdownMs, settings.drainDelayMs, 'shorter than WFE_SHUTDOWN_TIMEOUT, which includes it'],
  ];
  return rules.flatMap(([isBroken, setting, allowed]) => (isBroken ? [{ setting, allowed }] : []));
}
