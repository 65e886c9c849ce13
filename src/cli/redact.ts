/** Removes possible secrets from URLs in a text: user and password, query and fragment. */
export function redactUrls(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(/:\/\/[^/\s]*@/g, '://***@').replace(/([?#])[^\s,]+/g, '$1***');
}
