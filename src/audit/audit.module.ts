import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.ts';
import { settings } from '../config/settings.ts';
import { systemClock } from '../kubernetes/clock.ts';
import { nestLogger } from '../kubernetes/kubernetes.providers.ts';
import type { Logger } from '../kubernetes/logger.ts';
import { readGauge } from '../metrics/metric.ts';
import { metrics } from '../metrics/metrics.ts';
import { AUDIT_LOG, AuditTrail } from './audit-trail.ts';
import { DataStorageClient } from './data-storage-client.ts';
import { DataStorage } from './data-storage.ts';
import { deliveryMetrics } from './delivery-metrics.ts';
import { EVENT_STORE, type EventStore } from './event-store.ts';
import { LoggedEvents } from './logged-events.ts';

function eventStore(config: Config, log: Logger): EventStore {
  if (config.dataStorageUrl === '') {
    log.warn({}, `${settings.dataStorageUrl.variable} is not set: audit events go to the log`);
    return new LoggedEvents(log);
  }
  return new DataStorage(new DataStorageClient(config, systemClock));
}

/** The audit trail. Needs the global providers of the configuration, the clock and the reflector of executions. */
@Module({
  providers: [
    { provide: AUDIT_LOG, useFactory: () => nestLogger('Audit') },
    { provide: EVENT_STORE, inject: [CONFIG, AUDIT_LOG], useFactory: eventStore },
    ...deliveryMetrics,
    AuditTrail,
    readGauge(metrics.auditPending, [AuditTrail], ({ backlog }) => [{ value: backlog.events }]),
    readGauge(metrics.auditOldest, [AuditTrail], ({ backlog }) => [{ value: backlog.oldestSeconds }]),
  ],
  exports: [AuditTrail],
})
export class AuditModule {}
