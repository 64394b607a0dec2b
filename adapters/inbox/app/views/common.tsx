import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { isCaptured } from '../../../../core/conversation/conversation';
import { clock, plain } from '../format';
import { useNow } from '../hooks';
import { t } from '../i18n';
import { inbox } from '../inbox';
import type { Customer, OpenConversation, Row } from '../types';

/** A promise that counts down: in words, with a mark and a colour beside them. */
export function Countdown({ dueAt, soonAt }: { dueAt: string; soonAt?: string }) {
	const { text, urgency } = clock(dueAt, soonAt, useNow());
	return (
		<span class={`clock ${urgency}`}>
			<span class="mark" aria-hidden="true" />
			{text}
		</span>
	);
}

export function nameOfRow(row: Pick<Row, 'name' | 'key'>): string {
	return plain(row.name ?? '', 80) || row.key || t('customer');
}

export function nameOf(customer: Customer): string {
	return plain(customer.name ?? '', 80) || customer.key || t('customer');
}

/** Until when a person was promised, of a request that was captured off hours. */
export function capturedUntil(
	conversation: Pick<OpenConversation, 'state' | 'episode' | 'handoff'>,
): string | undefined {
	return isCaptured(conversation) ? conversation.handoff?.promise?.for : undefined;
}

/** Who has it, as staff read it in a line. */
export function ownerText({ state, owner }: Pick<Row, 'state' | 'owner'>, myId?: string): string {
	if (state === 'bot') return t('owner.bot');
	if (state === 'closed') return t('owner.closed');
	if (owner?.kind === 'agent') {
		return owner.id === myId ? t('owner.me') : t('owner.agent', { name: plain(owner.name, 60) });
	}
	return t('owner.queue', { name: plain(owner?.name ?? '', 60) });
}

/** An address that may be followed; anything but the web's own is shown as text. */
export function Link({
	href,
	children,
}: {
	href: string | undefined;
	children: ComponentChildren;
}) {
	if (!href || !/^https?:\/\//iu.test(href)) return <>{children}</>;
	return (
		<a href={href} target="_blank" rel="noreferrer noopener">
			{children}
		</a>
	);
}

/** A dialog of the page: opened at once, closed by Escape, by its buttons and by whoever takes it off the page. */
export function Dialog({
	title,
	children,
	submit,
	label,
	disabled = false,
}: {
	title: string;
	children: ComponentChildren;
	/** With it there is a button that does something; without, only one that closes. */
	submit?: () => void;
	label?: string;
	disabled?: boolean;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const element = dialog.current!;
		const before = document.activeElement as HTMLElement | null;
		element.showModal();
		return () => {
			element.close();
			before?.focus?.();
		};
	}, []);
	const close = () => inbox.dialog(undefined);
	const { acting, notice } = inbox.state;
	return (
		<dialog
			ref={dialog}
			aria-labelledby="dialog-title"
			onCancel={(event) => {
				event.preventDefault();
				close();
			}}
			onClick={(event) => event.target === dialog.current && close()}
		>
			<form
				method="dialog"
				onSubmit={(event) => {
					event.preventDefault();
					if (!submit) close();
					else if (!disabled && acting === undefined) submit();
				}}
			>
				<h2 id="dialog-title">{title}</h2>
				{children}
				{/* The page behind a dialog is out of reach, and so is what it says. */}
				{notice?.kind === 'refused' && (
					<p class="error" role="alert">
						{notice.text}
					</p>
				)}
				<div class="buttons">
					{submit ? (
						<>
							<button type="button" onClick={close}>
								{t('dialog.cancel')}
							</button>
							<button type="submit" class="primary" disabled={disabled || acting !== undefined}>
								{label}
							</button>
						</>
					) : (
						<button type="submit">{t('dialog.close')}</button>
					)}
				</div>
			</form>
		</dialog>
	);
}

export function Field({ label, children }: { label: string; children: ComponentChildren }) {
	return (
		<label class="field">
			<span>{label}</span>
			{children}
		</label>
	);
}
