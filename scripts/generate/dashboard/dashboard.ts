import {
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { StackingConfigBuilder, StackingMode, VizLegendOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { format } from 'prettier';
import { metrics } from '../../../src/metrics/metrics.ts';
import { api } from './api.ts';
import { apiServer } from './api-server.ts';
import { audit } from './audit.ts';
import { executions } from './executions.ts';
import type { Panel, Row } from './panel.ts';
import { process } from './process.ts';
import { reconciler } from './reconciler.ts';

const rows: readonly Row[] = [executions, reconciler, api, apiServer, audit, process];

/** The data source variable of the dashboard. */
const datasource = { type: 'prometheus', uid: '${datasource}' };
/** Rows of Grafana's grid, which has 24 columns. */
const height = 7;

/** The dashboard in Grafana's JSON model: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
export async function generateDashboard(): Promise<string> {
  const dashboard = new DashboardBuilder('WorkflowExecution service')
    .uid('workflow-execution')
    .description('Executions of workflows, the reconciler, the execution API, and the audit trail.')
    .tags(['kubernaut'])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('namespace')
        .label('Namespace of the service')
        .datasource(datasource)
        .query(`label_values(${metrics.build.name}, namespace)`),
    );
  for (const { title, panels } of rows) {
    dashboard.withRow(new RowBuilder(title));
    const width = panels.length % 3 === 0 ? 8 : 6;
    for (const panel of panels) dashboard.withPanel(built(panel).span(width).height(height));
  }
  return format(JSON.stringify(dashboard.build()), { parser: 'json', printWidth: 120 });
}

function built(panel: Panel): TimeseriesBuilder | StatBuilder {
  const builder = panel.as === 'figure' ? new StatBuilder() : timeseries(panel);
  builder.title(panel.title).description(panel.description).unit(panel.unit).datasource(datasource);
  for (const [index, [legend, query]] of Object.entries(panel.queries).entries()) {
    builder.withTarget(
      new DataqueryBuilder()
        .refId(String.fromCharCode(65 + index))
        .expr(query)
        .legendFormat(legend)
        .datasource(datasource),
    );
  }
  return builder;
}

function timeseries({ as }: Panel): TimeseriesBuilder {
  const builder = new TimeseriesBuilder().min(0).legend(new VizLegendOptionsBuilder().showLegend(true));
  if (as !== 'stack') return builder;
  return builder.fillOpacity(30).stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}
