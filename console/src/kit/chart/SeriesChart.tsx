import { AreaChart, BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.css';

export interface Series {
  /** The member of a row. */
  name: string;
  label: string;
  /** Of the theme: `accent.6`. */
  color: string;
}

interface SeriesChartProps {
  data: Record<string, string | number>[];
  at: string;
  series: Series[];
  kind: 'bars' | 'area' | 'lines';
  format: (value: number) => string;
}

/** Loaded by `ChartFrame` alone: it brings the drawing library along. */
export default function SeriesChart({ data, at, series, kind, format }: SeriesChartProps) {
  const common = {
    h: 220, data, dataKey: at, series, valueFormatter: format, withLegend: series.length > 1, tickLine: 'none' as const, gridAxis: 'x' as const,
    xAxisProps: { minTickGap: 24, tickMargin: 8, interval: 'equidistantPreserveStart' as const }, yAxisProps: { width: 64, tickMargin: 8 }, legendProps: { verticalAlign: 'bottom' as const, height: 32 },
  };
  // The table below the chart is for keyboards and screen readers; the drawing is for eyes alone.
  const drawing = { margin: { top: 12 }, accessibilityLayer: false };
  if (kind === 'lines') {
    // A line needs two ends: where there are few figures, each is a dot.
    const few = series.some((one) => data.filter((row) => row[one.name] !== undefined).length < 3);
    return <LineChart {...common} lineChartProps={drawing} curveType="monotone" withDots={few} strokeWidth={2} lineProps={{ isAnimationActive: false }} />;
  }

  return kind === 'bars'
    ? <BarChart {...common} barChartProps={drawing} type="stacked" barProps={{ maxBarSize: 28, isAnimationActive: false }} />
    : <AreaChart {...common} areaChartProps={drawing} type="stacked" curveType="monotone" withDots={false} areaProps={{ isAnimationActive: false }} />;
}
