/** A route of a page that is handed to the handler. */
export interface PageRoute {
  method: 'GET' | 'POST';
  path: string;
  /** @param ip the address to count against */
  handle(request: Request, ip: string): Promise<Response>;
}
