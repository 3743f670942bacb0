/** What Prometheus has seen, and what follows for one alert. */
export interface AlertCase {
  /** Completes "when". */
  readonly when: string;
  readonly alert: string;
  /**
   * Samples by time series, one a minute from the beginning on, in promtool's notation: `0+1x20` begins at 0 and grows by
   * 1 twenty times (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series).
   */
  readonly given: Readonly<Record<string, string>>;
  /** Minutes after the beginning at which is asked. */
  readonly at: number;
  /** The alerts that fire then. */
  readonly fires: readonly FiredAlert[];
}

/** An alert that fires: its labels beside name and severity, and its text as a person gets to read it. */
export interface FiredAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
}

/** A case in which the alert fires, once, for the namespace that the service is in. */
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

/** A time series as Prometheus has it of the first replica. */
export function timeSeries(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  const all = { job: 'workflow-execution', namespace, pod: 'wfe-1', ...labels };
  const pairs = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  return `${metric}{${pairs.join(',')}}`;
}

/** The same time series of the second replica. */
export function seriesOfSecondReplica(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  return timeSeries(metric, { ...labels, pod: 'wfe-2' });
}
