import type { z } from '@hono/zod-openapi';

type Issue = z.core.$ZodIssue;

/** Says what is wrong with a body, without quoting values, which may be codes. */
export function describeIssue(issue: Issue | undefined, body: unknown): string {
  if (issue?.code === 'unrecognized_keys') {
    const named = issue.keys.filter((key) => /^[A-Za-z_]{1,32}$/.test(key));
    return named.length > 0 ? `Unknown key: ${named.join(', ')}` : 'Unknown key';
  }
  const [name] = issue?.path ?? [];
  if (!issue || name === undefined) return 'The body must be a JSON object';
  const isMissing = (body as Record<PropertyKey, unknown>)[name] === undefined;
  return `${String(name)}: ${isMissing ? 'is required' : describeRule(issue)}`;
}

/** What a member must be. */
function describeRule(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'boolean' ? 'must be true or false' : `must be a ${issue.expected}`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum} characters`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}
