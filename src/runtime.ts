const { navigator } = globalThis as { navigator?: { userAgent?: string } };

/**
 * Whether this is workerd, which runs Cloudflare Workers. There, timers and connections end with the request that opened
 * them, at most 30 seconds after its answer, and the network resolves names and never leads to a private address.
 */
export const isWorkerd: boolean = navigator?.userAgent === 'Cloudflare-Workers';
