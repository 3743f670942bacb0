/**
 * Of a stream only its beginning, which is waited for and after which the stream is ended: all that a HEAD request needs,
 * for whether there is something to stream and for the headers.
 */
export async function* beginningOf<T>(items: AsyncGenerator<T, void, undefined>): AsyncGenerator<T, void, undefined> {
  try {
    const first = await items.next();
    if (first.done !== true) yield first.value;
  } finally {
    await items.return();
  }
}
