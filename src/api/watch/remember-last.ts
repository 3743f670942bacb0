/** A function that repeats its last output while its input is the same: consecutive watches send the same event. */
export function rememberLast<In, Out>(
  make: (input: In) => Out,
  isSame: (one: In, other: In) => boolean = Object.is,
): (input: In) => Out {
  let last: { readonly input: In; readonly output: Out } | undefined;
  return (input) => {
    if (last === undefined || !isSame(last.input, input)) last = { input, output: make(input) };
    return last.output;
  };
}
