/** One picture, or one figure, of the dashboard. */
export interface Panel {
  readonly title: string;
  /** What is seen, and what it should look like: the text behind the panel's (i). */
  readonly description: string;
  /** Of Grafana's list: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
  readonly unit: 'short' | 's' | 'ops' | 'percentunit' | 'bytes' | 'dateTimeFromNow';
  /** PromQL by the legend of what it gives; `{{label}}` in a legend stands for the value of a label. */
  readonly queries: Readonly<Record<string, string>>;
  /** How it is drawn: over time unless something else is said. */
  readonly as?: 'lines' | 'stack' | 'figure';
}

/** Panels that belong together, under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}
