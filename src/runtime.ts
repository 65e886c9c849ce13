const { navigator } = globalThis as { navigator?: { userAgent?: string } };

/**
 * Whether this is workerd, which runs Cloudflare Workers. There, timers and connections end with the request that opened
 * them, 30 seconds after its answer at the latest, and names are resolved by the network, which leads to no private address.
 */
export const isWorkerd: boolean = navigator?.userAgent === 'Cloudflare-Workers';
