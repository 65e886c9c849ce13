export function print(text: string): void {
  process.stdout.write(text);
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
