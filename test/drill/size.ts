/** Durations of a drill in seconds. */
export interface DrillSize {
  /** Load before and after the fault. */
  readonly steady: number;
  /** The setting WFE_LEADER_LEASE. */
  readonly lease: number;
  /** The setting WFE_DRAIN_DELAY. */
  readonly drain: number;
  /** Outage of the API server. */
  readonly outage: number;
  /** Outage of a node; longer than the lease. */
  readonly nodeOutage: number;
  /** Call deadline of clients. */
  readonly deadline: number;
}

/** Drills with the default settings. */
export const fullSize: DrillSize = { steady: 10, lease: 15, drain: 5, outage: 60, nodeOutage: 40, deadline: 5 };

/** Drills of half a minute, which test mostly the drills themselves. */
export const quickSize: DrillSize = { steady: 2, lease: 10, drain: 1, outage: 8, nodeOutage: 14, deadline: 5 };
