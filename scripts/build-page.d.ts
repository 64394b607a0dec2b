/** Bundles the page of the Handoff Inbox into adapters/inbox/page. */
export function buildPage(): void;
