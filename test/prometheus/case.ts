/** Input series and the expected alerts of one rule. */
export interface AlertCase {
  /** Completes "when". */
  readonly when: string;
  readonly alert: string;
  /**
   * Samples by series, one per minute from 0 on, in promtool's notation: `0+1x20` starts at 0 and grows by 1 twenty times
   * (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series).
   */
  readonly given: Readonly<Record<string, string>>;
  /** Evaluation time in minutes. */
  readonly at: number;
  /** Firing alerts. */
  readonly fires: readonly FiredAlert[];
}

/** A firing alert: labels besides name and severity, and its rendered description. */
export interface FiredAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
}

/** A case in which the alert fires once, for the service's namespace. */
export function fires(
  alert: string,
  when: string,
  given: AlertCase['given'],
  at: number,
  description: string,
  labels: FiredAlert['labels'] = { namespace },
): AlertCase {
  return { alert, when, given, at, fires: [{ labels, description }] };
}

/** A case in which the alert does not fire. */
export function doesNotFire(alert: string, when: string, given: AlertCase['given'], at: number): AlertCase {
  return { alert, when, given, at, fires: [] };
}

const namespace = 'kubernaut-system';

/** A series of the first replica. */
export function timeSeries(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = { job: 'workflow-execution', namespace, pod: 'wfe-1', ...labels };
  const pairs = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  return `${metric}{${pairs.join(',')}}`;
}

/** The series of the second replica. */
export function seriesOfSecondReplica(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return timeSeries(metric, { ...labels, pod: 'wfe-2' });
}
