import type { Fault } from '../fault.ts';
import { apiLimitFaults } from './api-limits.ts';
import { apiFaults } from './api.ts';
import { auditFaults } from './audit.ts';
import { connectionFaults } from './connections.ts';
import { controlLoopFaults } from './control-loop.ts';
import { decisionFaults } from './decisions.ts';
import { deployFaults } from './deploy.ts';
import { kubernetesFaults } from './kubernetes.ts';
import { lateCreateFaults } from './late-creates.ts';
import { lockingFaults } from './locking.ts';
import { reconcilerFaults } from './reconciler.ts';
import { tektonFaults } from './tekton.ts';

/** Every planted fault. */
export const faults: readonly Fault[] = [
  ...lockingFaults,
  ...controlLoopFaults,
  ...decisionFaults,
  ...tektonFaults,
  ...reconcilerFaults,
  ...lateCreateFaults,
  ...auditFaults,
  ...apiFaults,
  ...apiLimitFaults,
  ...connectionFaults,
  ...kubernetesFaults,
  ...deployFaults,
];
