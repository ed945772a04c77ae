import { encode } from 'uqr';

/** A QR code as one path: drawn by the page itself, so that a secret goes to nobody. */
export function QrCode({ text, label, className }: { text: string; label: string; className?: string | undefined }) {
  const { data, size } = encode(text, { border: 1 });
  const path = data.flatMap((row, y) => row.map((on, x) => (on ? `M${String(x)} ${String(y)}h1v1h-1z` : ''))).join('');
  return <svg className={className} viewBox={`0 0 ${String(size)} ${String(size)}`} shapeRendering="crispEdges" role="img" aria-label={label}><path d={path} /></svg>;
}
