import type { MonotonicClock } from '../ports.js';
import type { AnswerWithId } from './request-id.js';
import type { FindRoute } from './route-table.js';

/** Called for each answer. The route is its path in the route table, or `none`. */
export type NoteAnswer = (route: string, status: number, durationMs: number) => void;

/** Measures how long answers take, where there are metrics. */
export function withDurations(
  answer: AnswerWithId,
  parts: { findRoute: FindRoute; noteAnswer?: NoteAnswer | undefined; monotonicClock: MonotonicClock },
): AnswerWithId {
  const { findRoute, noteAnswer, monotonicClock } = parts;
  if (noteAnswer === undefined) return answer;
  return async (request, requestId) => {
    const startedAt = monotonicClock.now();
    const reply = await answer(request, requestId);
    const { method, path } = request;
    const found = path.startsWith('/') ? findRoute(method, path) : null;
    // Never what the caller typed: paths without a route share one name.
    const route = found && 'route' in found ? found.route.path : 'none';
    noteAnswer(route, reply.status, monotonicClock.now() - startedAt);
    return reply;
  };
}
