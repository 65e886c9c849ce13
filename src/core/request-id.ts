/** In every answer, in requests to which a trusted proxy gave an id, and in what the webhook transport posts. */
export const requestIdHeader = 'X-Request-Id';
/** As requests name it. */
export const requestIdName = requestIdHeader.toLowerCase();

export const requestIdPattern = /^[A-Za-z0-9._-]{1,128}$/;

/** Whether a text can be the id of a request. */
export function isRequestId(text: unknown): text is string {
  return typeof text === 'string' && requestIdPattern.test(text);
}
