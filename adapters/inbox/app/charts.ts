import {
	BarController,
	BarElement,
	CategoryScale,
	Chart,
	Legend,
	LinearScale,
	Tooltip,
} from 'chart.js';

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Legend, Tooltip);

/** Standing columns, lying bars, or lying bars of several parts. */
export type ChartKind = 'columns' | 'bars' | 'stacked';

export interface ChartData {
	kind: ChartKind;
	labels: string[];
	series: Array<{ name: string; values: number[]; alert?: boolean }>;
}

/** As much as there is room for beside the bars; the table has all of it. */
const LONGEST_LABEL = 26;

function shortened(label: string): string {
	return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1).trimEnd()}…` : label;
}

/** Draws the numbers in the colours of the page. */
export function draw(canvas: HTMLCanvasElement, { kind, labels, series }: ChartData): Chart {
	const style = getComputedStyle(document.documentElement);
	const colour = (name: string) => style.getPropertyValue(name).trim();
	const lying = kind !== 'columns';
	const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
	const axis = (stacked: boolean, values: boolean) => ({
		stacked,
		beginAtZero: true,
		grid: { color: values ? colour('--line') : 'transparent' },
		border: { color: colour('--line') },
		ticks: { color: colour('--quiet'), ...(values ? { precision: 0 } : {}) },
	});
	return new Chart(canvas, {
		type: 'bar',
		data: {
			labels: labels.map(shortened),
			datasets: series.map(({ name, values, alert }) => ({
				label: name,
				data: values,
				backgroundColor: colour(alert ? '--late' : '--accent'),
				borderRadius: 3,
				maxBarThickness: 26,
			})),
		},
		options: {
			indexAxis: lying ? 'y' : 'x',
			responsive: true,
			maintainAspectRatio: false,
			...(still ? { animation: false } : { animation: { duration: 200 } }),
			scales: {
				x: axis(kind === 'stacked', lying),
				y: axis(kind === 'stacked', !lying),
			},
			plugins: {
				legend: { display: series.length > 1, labels: { color: colour('--text'), boxWidth: 12 } },
			},
		},
	});
}
