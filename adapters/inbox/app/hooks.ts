import { useEffect, useReducer } from 'preact/hooks';

const listeners = new Set<() => void>();
let timer = 0;

/** The time, anew each second: one timer serves all clocks of the page. */
export function useNow(): number {
	const [, draw] = useReducer((n: number) => n + 1, 0);
	useEffect(() => {
		const listener = () => draw(0);
		listeners.add(listener);
		if (listeners.size === 1) {
			timer = window.setInterval(() => listeners.forEach((one) => one()), 1000);
		}
		return () => {
			listeners.delete(listener);
			if (listeners.size === 0) clearInterval(timer);
		};
	}, []);
	return Date.now();
}
