import { byChance, type Forecast } from '../data-storage/index.ts';
import type { Random } from '../chaos/plan/random.ts';

/** What data storage does in the audit storm, four requests of ten; all of it is over within the time to settle. */
export function chaosFaults(random: Random): Forecast {
  return byChance(
    () => random.next(),
    [
      [60, { kind: 'fair' }],
      [5, { kind: 'busy', retryAfterSeconds: 1 }],
      [5, { kind: 'broken' }],
      [7, { kind: 'queued', landingMs: 1_000 }],
      [6, { kind: 'resetAfterTaking' }],
      [5, { kind: 'resetBeforeTaking' }],
      [3, { kind: 'hangAfterTaking' }],
      [3, { kind: 'hangBeforeTaking' }],
      [3, { kind: 'halfAnswer' }],
      [3, { kind: 'refused', forMs: 1_000 }],
    ],
  );
}

/**
 * Settings of a service that lives in this weather: patient enough for it, and with less room than it needs, so that some
 * events wait in the cluster.
 */
export const chaosSettings: Readonly<Record<string, string>> = {
  WFE_DATA_STORAGE_TIMEOUT: '1s',
  WFE_AUDIT_SETTLE: '4s',
  WFE_AUDIT_CONFIRM_TIMEOUT: '10m',
  WFE_AUDIT_MAX_PENDING: '100',
  WFE_LEADER_ELECTION: 'false',
  WFE_COOLDOWN: '0s',
};
