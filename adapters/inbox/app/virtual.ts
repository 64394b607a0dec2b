import type { VirtualItem } from '@tanstack/virtual-core';
import {
	Virtualizer,
	elementScroll,
	observeElementOffset,
	observeElementRect,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

/** The rows of a long list that are in view, so that the page holds some twenty of them and not two thousand. */
export function useVirtual(
	scroller: RefObject<HTMLElement | null>,
	count: number,
	rowHeight: number,
): { rows: VirtualItem[]; height: number; scrollTo(index: number): void } {
	const [, draw] = useReducer((n: number) => n + 1, 0);
	const options = {
		count,
		getScrollElement: () => scroller.current,
		estimateSize: () => rowHeight,
		overscan: 6,
		scrollToFn: elementScroll,
		observeElementRect,
		observeElementOffset,
		onChange: () => draw(0),
	};
	const [virtual] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
	virtual.setOptions(options);
	useLayoutEffect(() => virtual._didMount(), [virtual]);
	useLayoutEffect(() => virtual._willUpdate());
	return {
		rows: virtual.getVirtualItems(),
		height: virtual.getTotalSize(),
		scrollTo: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
	};
}
