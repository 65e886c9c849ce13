/** The highest port of TCP (RFC 9293 §3.1). */
export const maxPort = 65_535;
