import { format } from 'prettier';
import { isObject, type JsonObject, inCell, objectsOf, ruleOf, text, typeOf } from './schema-words.ts';

/** docs/reference/rest.md, from the OpenAPI document as JSON. */
export async function generateRestReference(openApi: string): Promise<string> {
  const document: unknown = JSON.parse(openApi);
  if (!isObject(document)) throw new Error('the OpenAPI document is not an object');
  const { info, paths, components } = document;
  const page = [
    '# REST reference',
    '<!-- Made from docs/openapi.json by `npm run generate`. Do not edit. -->',
    'From [openapi.json](../openapi.json). [api.md](../api.md) has the semantics, [grpc.md](grpc.md) the same API over gRPC.',
    text(info, 'description'),
    ...objectsOf(paths).flatMap(([path, methods]) =>
      objectsOf(methods).map(([method, operation]) => operationOf(path, method, operation)),
    ),
    '## Schemas',
    ...objectsOf(isObject(components) ? components['schemas'] : {}).map(([name, schema]) => schemaOf(name, schema)),
  ];
  return format(page.join('\n\n'), { parser: 'markdown', printWidth: 120 });
}

function operationOf(path: string, method: string, operation: JsonObject): string {
  return [
    `## ${text(operation, 'summary')}`,
    `\`${method.toUpperCase()} ${path}\``,
    text(operation, 'description'),
    parametersOf(operation['parameters']),
    ...contentsOf(operation['requestBody']).map((content) => `Body: ${content}.`),
    responsesOf(operation['responses']),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function parametersOf(parameters: unknown): string {
  const rows = (Array.isArray(parameters) ? parameters : []).filter(isObject).map((parameter) => {
    const schema = isObject(parameter['schema']) ? parameter['schema'] : {};
    const where = parameter['required'] === true ? `${text(parameter, 'in')}, required` : text(parameter, 'in');
    return `| \`${text(parameter, 'name')}\` | ${where} | ${typeOf(schema)} | ${inCell(text(parameter, 'description'))} | ${ruleOf(schema)} |`;
  });
  if (rows.length === 0) return '';
  return ['| parameter | in | type | | rule |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function responsesOf(responses: unknown): string {
  const rows = objectsOf(responses).map(([status, response]) => {
    const contents = contentsOf(response).join(', ');
    return `| ${status} | ${contents} | ${inCell(text(response, 'description'))} |`;
  });
  return ['| answer | body | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The bodies of a request or response: schema and media type. */
function contentsOf(holder: unknown): readonly string[] {
  if (!isObject(holder)) return [];
  return objectsOf(holder['content']).map(([type, { schema }]) => {
    const name = isObject(schema) ? typeOf(schema) : '';
    return `${name} (\`${type}\`)`;
  });
}

function schemaOf(name: string, schema: JsonObject): string {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const rows = objectsOf(schema['properties']).map(([field, property]) => {
    const type = required.includes(field) ? `${typeOf(property)}, required` : typeOf(property);
    return `| \`${field}\` | ${type} | ${inCell(text(property, 'description'))} | ${ruleOf(property)} |`;
  });
  const table = ['| field | type | | rule |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return [`### ${name}`, text(schema, 'description'), rows.length === 0 ? 'It has no fields.' : table]
    .filter((part) => part !== '')
    .join('\n\n');
}
