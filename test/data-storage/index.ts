/** The fake data storage service, and the check of the audit trail that it has stored. */
export { startDataStorage } from './fake-data-storage.ts';
export type { FakeDataStorage, DataStorageOptions } from './fake-data-storage.ts';
export { describeContractFault, contractFaults } from './contract/validate.ts';
export type { ContractFault } from './contract/validate.ts';
export { startProxy } from './proxy.ts';
export type { ProxyHandler } from './proxy.ts';
export { readRows } from './rows/database.ts';
export type { Row } from './rows/row.ts';
export { checkTrail } from './trail/check-trail.ts';
export { describeViolation } from './trail/violation.ts';
export type { ExpectedExecution, ExpectedKind, Violation } from './trail/violation.ts';
export { always, byChance, noFaults, inTurn } from './faults/fault-plans.ts';
export type { Odds } from './faults/fault-plans.ts';
export type { FaultPlan, Fault, FaultKind, FaultedRequest } from './faults/fault.ts';
