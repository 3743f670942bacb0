// Generated from crds/ by `npm run generate`. Do not edit.
/** The rule for values. */
export const parameterValues = {
  pattern: new RegExp('^([^$\\x00\\uFFFD]|[$][^$(\\x00\\uFFFD])*$', 'u'),
  message:
    "must not contain '$(', '$$', NUL or U+FFFD, nor end in '$': Tekton or the kubelet would expand it, a container cannot receive NUL, and U+FFFD stands for a character that was lost",
} as const;
/** Maximum total size of all parameters, in bytes of UTF-8. */
export const parameterBytes = {
  max: 10240,
  message: 'keys and values together must be at most 10240 bytes of UTF-8',
} as const;
