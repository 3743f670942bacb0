import { fromBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  type MethodDescriptorProto,
  type ServiceDescriptorProto,
} from '@bufbuild/protobuf/wkt';
import { format } from 'prettier';
import { buf } from './proto.ts';
import { inCell } from './schema-words.ts';

const file = 'kubernaut/workflowexecution/v1/workflow_execution.proto';

/** docs/reference/grpc.md, from proto/. */
export async function generateGrpcReference(): Promise<string> {
  const set = fromBinary(FileDescriptorSetSchema, buf('build', 'proto', '--as-file-descriptor-set', '--output', '-'));
  const described = set.file.find(({ name }) => name === file);
  if (described === undefined) throw new Error(`${file} is not in proto/`);
  return format(new Page(described).text, { parser: 'markdown', printWidth: 120 });
}

class Page {
  private readonly file: FileDescriptorProto;
  private readonly commentOf: (...path: readonly number[]) => string;

  constructor(described: FileDescriptorProto) {
    this.file = described;
    this.commentOf = commentsOf(described);
  }

  get text(): string {
    const { service, messageType, enumType } = this.file;
    return [
      '# gRPC reference',
      '<!-- Made from proto/ by `npm run generate`. Do not edit. -->',
      `Package \`${this.file.package}\`. [api.md](../api.md) has the semantics, [rest.md](rest.md) the same API over REST.`,
      ...service.map((one, index) => this.service(one, index)),
      '## Messages',
      ...messageType.map((one, index) => this.message(one, index)),
      '## Enums',
      ...enumType.map((one, index) => this.enum(one, index)),
    ].join('\n\n');
  }

  private service({ name, method }: ServiceDescriptorProto, index: number): string {
    const methods = method.map((one, of) => this.method(one, this.commentOf(place.service, index, place.member, of)));
    return [`## ${name}`, this.commentOf(place.service, index), ...methods].join('\n\n');
  }

  private method({ name, inputType, outputType, serverStreaming }: MethodDescriptorProto, comment: string): string {
    const answer = `${serverStreaming ? 'a stream of ' : ''}${linked(outputType)}`;
    return [`### ${name}`, `${linked(inputType)} → ${answer}`, comment].join('\n\n');
  }

  private message({ name, field, nestedType }: DescriptorProto, index: number): string {
    const rows = field.map((one, of) => {
      const comment = this.commentOf(place.message, index, place.member, of);
      return `| \`${one.name}\` | ${one.number} | ${typeOf(one, nestedType)} | ${inCell(comment)} |`;
    });
    const table = ['| field | number | type | |', '| --- | --- | --- | --- |', ...rows].join('\n');
    return [`### ${name}`, this.commentOf(place.message, index), table].join('\n\n');
  }

  private enum({ name, value }: EnumDescriptorProto, index: number): string {
    const rows = value.map((one, of) => {
      const comment = this.commentOf(place.enumeration, index, place.member, of);
      return `| \`${one.name}\` | ${one.number} | ${inCell(comment)} |`;
    });
    const table = ['| value | number | |', '| --- | --- | --- |', ...rows].join('\n');
    return [`### ${name}`, this.commentOf(place.enumeration, index), table].join('\n\n');
  }
}

/** The type of a field as the .proto file spells it. */
function typeOf(field: FieldDescriptorProto, nested: readonly DescriptorProto[]): string {
  const entry = nested.find(({ name, options }) => options?.mapEntry === true && field.typeName.endsWith(`.${name}`));
  const [key, value] = entry?.field ?? [];
  if (key !== undefined && value !== undefined) return `map of ${typeOf(key, [])} to ${typeOf(value, [])}`;
  const name = field.typeName === '' ? scalarOf(field) : linked(field.typeName);
  if (field.label === FieldDescriptorProto_Label.REPEATED) return `repeated ${name}`;
  return field.proto3Optional ? `optional ${name}` : name;
}

function scalarOf({ type }: FieldDescriptorProto): string {
  return `\`${FieldDescriptorProto_Type[type].toLowerCase()}\``;
}

/** The name of a message or enum, with a link if it is on this page. */
function linked(typeName: string): string {
  const name = typeName.split('.').at(-1) ?? '';
  return typeName.startsWith('.google.') ? `\`${typeName.slice(1)}\`` : `[${name}](#${name.toLowerCase()})`;
}

/** Field numbers in google/protobuf/descriptor.proto. */
const place = { message: 4, enumeration: 5, service: 6, member: 2 } as const;

/**
 * The comments of a .proto file by the path of their element
 * (https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto, SourceCodeInfo).
 */
function commentsOf({ sourceCodeInfo }: FileDescriptorProto): (...path: readonly number[]) => string {
  const comments = new Map(
    sourceCodeInfo?.location.map(({ path, leadingComments }) => [path.join('.'), leadingComments]),
  );
  return (...path) => unindented(comments.get(path.join('.')) ?? '');
}

/** Removes the space after `//` from each line. */
function unindented(comment: string): string {
  return comment.replaceAll(/^ /gm, '').trim();
}
