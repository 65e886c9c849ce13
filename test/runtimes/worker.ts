// What workerd runs.
import { type JourneyOptions, runJourney } from './journey.js';

// biome-ignore lint/style/noDefaultExport: workerd looks for one.
export default {
  async fetch(request: Request): Promise<Response> {
    try {
      return Response.json(await runJourney((await request.json()) as JourneyOptions));
    } catch (error) {
      return new Response((error as Error).message, { status: 500 });
    }
  },
};
