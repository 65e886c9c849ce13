/** Headers of every e-mail. `id` identifies the message. */
export function createMailHeaders(id: string): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated', // RFC 3834 §5: no out-of-office replies
    'X-Entity-Ref-ID': id, // keeps mail clients from folding a new code into an old conversation
  };
}

/** The id of a request as the value of a tag at SES or Resend, which take no dots. */
export function toTagValue(requestId: string): string {
  return requestId.replaceAll('.', '_');
}
