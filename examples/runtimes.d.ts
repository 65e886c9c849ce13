// The little of Deno and Bun that the examples use; their own types come with them.
declare namespace Deno {
  function serve(
    options: { port: number; hostname: string },
    answer: (request: Request, info: { remoteAddr: { hostname: string } }) => Promise<Response>,
  ): void;
}

declare namespace Bun {
  interface Server {
    url: URL;
    requestIP(request: Request): { address: string } | null;
  }
  function serve(options: {
    port: number;
    hostname: string;
    fetch(request: Request, server: Server): Promise<Response>;
  }): Server;
}
