import { stringify } from 'yaml';
import { arrayOf, recordOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { templatesOf, type Rendering } from './templates.ts';
import { valuesFile, valuesSchema, type Defaults } from './values.ts';

/** What a chart is made of. */
export interface ChartSource {
  readonly version: string;
  readonly description: string;
  readonly image: Defaults['image'];
  readonly rendering: Rendering;
}

/** The files of the Helm chart by path, without the directory of the chart. */
export function chartFiles({ version, description, image, rendering }: ChartSource): ReadonlyMap<string, string> {
  const defaults = {
    image,
    resources: { api: resourcesOf(rendering.base, 'api'), controller: resourcesOf(rendering.base, 'controller') },
  };
  const templates = [...templatesOf(rendering)].map(([name, text]) => [`templates/${name}`, text] as const);
  return new Map([
    ['Chart.yaml', chartFile(version, description)],
    ['values.yaml', valuesFile(defaults)],
    ['values.schema.json', valuesSchema(defaults)],
    ['templates/_image.tpl', imageTemplate],
    ['templates/conflicts.yaml', conflicts],
    ['templates/NOTES.txt', notes],
    ...templates,
  ]);
}

function chartFile(version: string, description: string): string {
  return stringify({
    apiVersion: 'v2',
    name: 'workflow-execution',
    description,
    type: 'application',
    version,
    appVersion: version,
    // docs/compatibility.md: selectable fields of custom resources.
    kubeVersion: '>=1.31.0-0',
  });
}

const imageTemplate = `{{- define "workflow-execution.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}
`;

const conflicts = `{{- if and (.Values.kubernaut).enabled (.Values.oneProcess).enabled }}
{{- fail "kubernaut.enabled and oneProcess.enabled cannot be combined" }}
{{- end }}
`;

const notes = `WorkflowExecution {{ .Chart.AppVersion }} is installed in {{ .Release.Namespace }}.

kubectl -n {{ .Release.Namespace }} rollout status deployment/workflow-execution-api
kubectl get workflowexecutions --all-namespaces
`;

function resourcesOf(objects: readonly JsonRecord[], role: string): JsonRecord {
  const deployment = objects.find(
    ({ kind, metadata }) => kind === 'Deployment' && recordOf(metadata)['name'] === `workflow-execution-${role}`,
  );
  const template = recordOf(recordOf(recordOf(deployment)['spec'])['template']);
  const [container] = arrayOf(recordOf(template['spec'])['containers']);
  return recordOf(recordOf(container)['resources']);
}
