import { setLogger } from '@grpc/grpc-js';
import type { LoggerService } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DynamicModule } from '@nestjs/common';
import type { Config } from './config/config.ts';
import type { CertificateEvents } from './connections/server-certificate.ts';
import { activeSpanInLog } from './tracing/traceparent.ts';

/** Log lines as JSON on standard output, one for each event that matters; requests are not logged one by one. */
export function loggingModule({ logLevel }: Pick<Config, 'logLevel'>): DynamicModule {
  return LoggerModule.forRoot({
    // No request has a logger of its own: that would put all of its headers, the caller's token among them, on each line.
    forRoutes: [],
    pinoHttp: {
      level: logLevel,
      base: undefined,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: activeSpanInLog,
    },
  });
}

/** Brings what grpc-js says of its own accord, else plain lines on standard error, into the log. */
export function logGrpc(log: LoggerService): void {
  const say = (...parts: unknown[]): void => {
    log.warn({ msg: parts.map(String).join(' ') }, 'grpc-js');
  };
  setLogger({ error: say, info: say, debug: say });
}

/** Tells which certificate the servers show, and when its files can not be used. */
export function certificateLog(log: LoggerService): CertificateEvents {
  return {
    loaded({ subject, notAfter }) {
      log.log({ msg: 'certificate', subject, notAfter: notAfter.toISOString() });
    },
    refused(err) {
      log.error({ msg: 'the changed certificate can not be used; the former one stays', err });
    },
  };
}
