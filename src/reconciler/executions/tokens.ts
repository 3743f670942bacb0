/**
 * Injection token of the {@link KubernetesClient} that holds the leases of the leader: that of the reconciler may write only
 * while these are held.
 */
export const LEADER_CLIENT = Symbol('LeaderClient');

/** Injection token of the {@link Logger} of the control loop. */
export const LOGGER = Symbol('Logger');

/** Injection token of what ends the process when it must not go on, `(why: string) => void`. */
export const END_PROCESS = Symbol('EndProcess');
