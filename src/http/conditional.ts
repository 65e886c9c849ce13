/** Whether an Accept-Encoding header accepts gzip (RFC 9110 §12.5.3). */
export function acceptsGzip(header: string | null): boolean {
  const weights = new Map<string, number>();
  for (const item of (header ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0;
}

/** Whether an If-None-Match header names one of these entity tags, weak or strong (RFC 9110 §13.1.2). */
export function matchesTag(header: string | null, tags: readonly string[]): boolean {
  if (header === null) return false;
  return header.split(',').some((item) => {
    const tag = item.trim();
    return tag === '*' || tags.includes(tag.replace(/^W\//, ''));
  });
}
