/** One entry of a tar archive: a file, a directory or a symbolic link. */
export interface TarEntry {
  /** Path without a leading slash; at most 100 bytes. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Content of a file. */
  readonly content?: Buffer | string;
  /** Target of a symbolic link. */
  readonly link?: string;
}

const blockSize = 512;
const typeFlag = { file: '0', link: '2', directory: '5' } as const;

/**
 * Writes a tar archive in the POSIX ustar format (pax, IEEE Std 1003.1), owned by root and dated 1970, so that the same
 * entries yield the same bytes and image digest.
 */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(2 * blockSize)]);
}

function blocksOf(entry: TarEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize);
  return [header(entry, content.length), content, padding];
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  writeText(block, entry.path, 0, 100);
  writeNumber(block, entry.mode, 100, 8);
  writeNumber(block, 0, 108, 8); // owner
  writeNumber(block, 0, 116, 8); // group
  writeNumber(block, size, 124, 12);
  writeNumber(block, 0, 136, 12); // modified
  writeText(block, flagOf(entry), 156, 1);
  writeText(block, entry.link ?? '', 157, 100);
  block.write('ustar\u000000', 257, 'latin1');
  writeChecksum(block);
  return block;
}

function flagOf(entry: TarEntry): string {
  if (entry.link !== undefined) return typeFlag.link;
  return entry.content === undefined ? typeFlag.directory : typeFlag.file;
}

function writeText(block: Buffer, text: string, offset: number, length: number): void {
  if (Buffer.byteLength(text) > length) throw new RangeError(`too long for a tar header: ${text}`);
  block.write(text, offset);
}

function writeNumber(block: Buffer, value: number, offset: number, length: number): void {
  writeText(block, value.toString(8).padStart(length - 1, '0'), offset, length);
}

/** The sum of all header bytes, with the checksum field as spaces. */
function writeChecksum(block: Buffer): void {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
