/** A release that cannot be made, with the reason as a sentence for the user. */
export class ReleaseError extends Error {}
