import type { Report } from '../results.js';

const rowHeight = 22;
const labelWidth = 330;
const plotWidth = 520;
const margin = { top: 56, right: 70, bottom: 20 };

/** CPU time of the server per request, case by case, on a logarithmic scale; the line is the floor. */
export function drawChart({ cases, startedAt }: Report): string {
  const bars = cases.flatMap((result) => {
    if (result.group !== 'http' || result.status !== 'measured') return [];
    const { cpuMicrosPerRequest, timesFloor } = result.median;
    return cpuMicrosPerRequest === null
      ? []
      : [{ name: result.name, micros: cpuMicrosPerRequest, timesFloor }];
  });
  const highest = Math.max(10, ...bars.map(({ micros }) => micros));
  const lowest = Math.min(10, ...bars.map(({ micros }) => micros));
  const [from, to] = [Math.log10(lowest) - 0.1, Math.log10(highest) + 0.05];
  const scale = (micros: number) => ((Math.log10(micros) - from) / (to - from)) * plotWidth;
  const width = labelWidth + plotWidth + margin.right;
  const height = margin.top + bars.length * rowHeight + margin.bottom;
  const grid = [1, 10, 100, 1000, 10_000, 100_000]
    .filter((micros) => micros >= lowest && micros <= highest)
    .map((micros) => {
      const x = labelWidth + scale(micros);
      return `<line class="grid" x1="${f(x)}" y1="${margin.top - 6}" x2="${f(x)}" y2="${height - margin.bottom}"/><text class="faint" x="${f(x)}" y="${margin.top - 12}" text-anchor="middle">${micros}</text>`;
    });
  const rows = bars.map(({ name, micros, timesFloor }, index) => {
    const y = margin.top + index * rowHeight;
    const end = labelWidth + scale(micros);
    const kind = name.startsWith('ours') ? 'ours' : 'other';
    const ratio = timesFloor === null ? '' : ` (× ${f(timesFloor)})`;
    return [
      `<text x="${labelWidth - 8}" y="${y + 15}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect class="${kind}" x="${labelWidth}" y="${y + 4}" width="${f(end - labelWidth)}" height="${rowHeight - 8}"/>`,
      `<text class="faint" x="${f(end + 5)}" y="${y + 15}">${f(micros)}${ratio}</text>`,
    ].join('');
  });
  const floor = bars.find(({ timesFloor }) => timesFloor === 1)?.micros;
  const floorLine =
    floor === undefined
      ? ''
      : `<line class="floor" x1="${f(labelWidth + scale(floor))}" y1="${margin.top - 6}" x2="${f(labelWidth + scale(floor))}" y2="${height - margin.bottom}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">Server CPU time per request, ${startedAt.slice(0, 10)}</title>
<style>
svg { background: #fff; font: 12px sans-serif; }
text { fill: #16191d; } .faint { fill: #596069; font-size: 11px; } .heading { font-size: 14px; font-weight: 600; }
.ours { fill: #1a6fb5; } .other { fill: #aab1ba; } .grid { stroke: #dfe2e6; } .floor { stroke: #b5361a; stroke-dasharray: 4 3; }
</style>
<text class="heading" x="8" y="20">Server CPU time per request in microseconds, logarithmic (× floor)</text>
${[...grid, ...rows, floorLine].join('\n')}
</svg>
`;
}

function f(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
