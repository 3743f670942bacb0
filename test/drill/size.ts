/** How long the parts of a drill are, in seconds. */
export interface DrillSize {
  /** Load before anything happens, and after it is over. */
  readonly steady: number;
  /** The setting WFE_LEADER_LEASE. */
  readonly lease: number;
  /** The setting WFE_DRAIN_DELAY. */
  readonly drain: number;
  /** How long the API server is away. */
  readonly outage: number;
  /** How long the node of a replica is gone; longer than the lease. */
  readonly nodeOutage: number;
  /** How long a client waits for an answer before it asks another replica. */
  readonly deadline: number;
}

/** A drill with the settings that the service is shipped with. */
export const fullSize: DrillSize = { steady: 10, lease: 15, drain: 5, outage: 60, nodeOutage: 40, deadline: 5 };

/** A drill of half a minute, which shows that the drills themselves work. */
export const quickSize: DrillSize = { steady: 2, lease: 10, drain: 1, outage: 8, nodeOutage: 14, deadline: 5 };
