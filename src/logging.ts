import { setLogger } from '@grpc/grpc-js';
import { Logger, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { Config } from './config/config.ts';
import type { CertificateEvents } from './connections/server-certificate.ts';
import { spanLogFields } from './tracing/tracer.ts';

/** Logs JSON lines to standard output. Requests are not logged by Nest. */
export function loggingModule({ logLevel }: Pick<Config, 'logLevel'>): DynamicModule {
  return LoggerModule.forRoot({
    // Loggers of requests would log all headers, including the caller's token.
    forRoutes: [],
    pinoHttp: {
      level: logLevel,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: spanLogFields,
    },
  });
}

/**
 * Discards what libraries would log by themselves: any client can cause such messages, and they quote requests. grpc-js quotes
 * headers that it cannot parse, tokens included, and a deprecation warning of Node.js quotes the request target. Errors that
 * concern an operator reach this service otherwise: as exceptions, statuses of calls, or diagnostics of OpenTelemetry.
 */
export function silenceLibraries(): void {
  const discard = (): void => undefined;
  setLogger({ error: discard, info: discard, debug: discard });
  process.noDeprecation = true;
}

/** Logs which certificate the servers use, and changes of its files that cannot be used. */
export function certificateLog(): CertificateEvents {
  const logger = new Logger();
  return {
    loaded({ subject, notAfter }) {
      logger.log({ msg: 'certificate', subject, notAfter: notAfter.toISOString() });
    },
    refused(err) {
      logger.error({ msg: 'invalid certificate files; keeping the previous certificate', err });
    },
  };
}
