/** The double of the data storage service, and the check of the audit trail that it has kept. */
export { startDataStorage } from './double.ts';
export type { DataStorageDouble, DataStorageOptions } from './double.ts';
export { describeFault, ownFaults } from './contract/validate.ts';
export type { Fault } from './contract/validate.ts';
export { putInFront } from './front.ts';
export type { Meddling } from './front.ts';
export { readRows } from './rows/database.ts';
export type { Row } from './rows/row.ts';
export { checkTrail } from './trail/check-trail.ts';
export { describeViolation } from './trail/violation.ts';
export type { ExpectedExecution, ExpectedKind, Violation } from './trail/violation.ts';
export { always, byChance, fair, inTurn } from './weather/forecasts.ts';
export type { Odds } from './weather/forecasts.ts';
export type { Forecast, Weather, WeatherKind, WeatherRequest } from './weather/weather.ts';
