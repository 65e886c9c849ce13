export function installProgram(name: string, version: string, program: string): string;
