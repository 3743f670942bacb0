import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';

/** Numbers of the members of a file, a service, a message and an enum in google/protobuf/descriptor.proto. */
export const place = { message: 4, enumeration: 5, service: 6, member: 2 } as const;

/**
 * The comments of a .proto file, found by the path of what they stand before
 * (https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto, SourceCodeInfo).
 */
export function commentsOf({ sourceCodeInfo }: FileDescriptorProto): (...path: readonly number[]) => string {
  const comments = new Map(
    sourceCodeInfo?.location.map(({ path, leadingComments }) => [path.join('.'), leadingComments]),
  );
  return (...path) => unindented(comments.get(path.join('.')) ?? '');
}

/** The line of the comment less the blank after its `//`. */
function unindented(comment: string): string {
  return comment.replaceAll(/^ /gm, '').trim();
}
