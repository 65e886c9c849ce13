import { z } from '@hono/zod-openapi';
import { humanCheckProviders, maxSolutionLength } from '../core/human-check.js';

/** Of a request: null is not the same as left out. */
export const humanCheckAnswer = z.string().max(maxSolutionLength).nullish().openapi({
  description:
    'The solution of the `human_check` that `human_check_required` came with. Null: this caller can solve one. Without it, none is asked for, and limits end earlier. Ignored with an API key',
});

/** Of a problem. */
export const askedHumanCheck = z
  .object({
    provider: z.enum(humanCheckProviders),
    challenge: z
      .object({ parameters: z.record(z.string(), z.unknown()), signature: z.string() })
      .optional()
      .describe('With altcha: a puzzle of its version 2'),
    site_key: z.string().optional().describe('With turnstile'),
  })
  .optional()
  .describe('With human_check_required');
