import { addNote } from './addNote';
import { diagnose } from './diagnose';
import { erase, exportData, retention } from './customerData';
import { claim, reassign, release, resolve, returnToBot } from './events';
import { get } from './get';
import { list } from './list';
import { logReply } from './logReply';
import type { Operation } from './operation';
import { recordMessage } from './recordMessage';
import { recordSent } from './recordSent';
import { reply } from './reply';
import { setDetails } from './setDetails';
import { signInLink } from './signInLink';
import { takeOver } from './takeOver';

/** Every operation of the node, in the order in which it is offered. To add one, add its file and its name here. */
export const operations: readonly Operation[] = [
	addNote,
	claim,
	signInLink,
	erase,
	exportData,
	get,
	list,
	logReply,
	reassign,
	recordSent,
	recordMessage,
	release,
	retention,
	reply,
	resolve,
	returnToBot,
	setDetails,
	takeOver,
	diagnose,
];
