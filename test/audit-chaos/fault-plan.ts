import { byChance, type FaultPlan } from '../data-storage/index.ts';
import type { Random } from '../chaos/plan/random.ts';

/** The faults of data storage: four requests of ten fail. All of them end within the settle time. */
export function chaosFaults(random: Random): FaultPlan {
  return byChance(
    () => random.next(),
    [
      [60, { kind: 'none' }],
      [5, { kind: 'busy', retryAfterSeconds: 1 }],
      [5, { kind: 'error' }],
      [7, { kind: 'queued', storeAfterMs: 1_000 }],
      [6, { kind: 'resetAfterStoring' }],
      [5, { kind: 'resetBeforeStoring' }],
      [3, { kind: 'hangAfterStoring' }],
      [3, { kind: 'hangBeforeStoring' }],
      [3, { kind: 'truncated' }],
      [3, { kind: 'refused', forMs: 1_000 }],
    ],
  );
}

/** Settings of the service: waits that fit these faults, and room for fewer executions than there are. */
export const chaosSettings: Readonly<Record<string, string>> = {
  WFE_DATA_STORAGE_TIMEOUT: '1s',
  WFE_AUDIT_SETTLE: '4s',
  WFE_AUDIT_CONFIRM_TIMEOUT: '10m',
  WFE_AUDIT_MAX_PENDING: '100',
  WFE_LEADER_ELECTION: 'false',
  WFE_COOLDOWN: '0s',
};
