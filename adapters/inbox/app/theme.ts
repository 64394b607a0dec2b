import { remember, remembered } from './remember';

export type Theme = 'system' | 'light' | 'dark';

const CHOSEN = 'theme';

export function currentTheme(): Theme {
	return remembered<Theme>(CHOSEN, 'system');
}

/** Light and dark are chosen by an attribute of the page; without it the device decides. */
export function chooseTheme(theme: Theme): void {
	remember(CHOSEN, theme);
	useStartTheme();
}

export function useStartTheme(): void {
	const theme = currentTheme();
	if (theme === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme;
}

/** Whether the page is dark now, for what is not drawn by the style sheet. */
export function isDark(): boolean {
	const theme = currentTheme();
	return (
		theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
	);
}
