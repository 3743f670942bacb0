// Generated from crds/ by `npm run generate`. Do not edit.
/** What every value of a parameter must be. */
export const parameterValues = {
  pattern: new RegExp('^([^$\\x00]|[$][^$(\\x00])*$', 'u'),
  message:
    "must not contain '$(', '$$' or NUL, nor end in '$': Tekton or the kubelet would expand it, and a container cannot receive NUL",
} as const;
/** The most bytes of UTF-8 that all parameters together may have. */
export const parameterBytes = {
  max: 10240,
  message: 'keys and values together must be at most 10240 bytes of UTF-8',
} as const;
