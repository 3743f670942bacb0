import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from './logger.ts';

/** The toolkit's log lines through the application's Nest logger. */
export function nestLogger(context: string): Logger {
  const log = new NestLogger(context);
  return {
    debug: (fields, msg) => log.debug({ ...fields, msg }),
    info: (fields, msg) => log.log({ ...fields, msg }),
    warn: (fields, msg) => log.warn({ ...fields, msg }),
    error: (fields, msg) => log.error({ ...fields, msg }),
  };
}
