/**
 * The largest request on either transport, in bytes. The resource that it makes, with the status that it is going to
 * have, stays below what etcd stores (1.5 MiB, https://etcd.io/docs/latest/dev-guide/limit/).
 */
export const maxRequestBytes = 1024 * 1024;
