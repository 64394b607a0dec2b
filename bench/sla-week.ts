/**
 * The week of conversations of test/unit/sla/week.test.ts with ten times as many: every promise that is broken is raised, none that is
 * kept, each once. Prints the counts, and what a step costs against a week of a tenth of the size; ends with status 1 where one is
 * missed, raised wrongly or twice, or where a step costs more than three times as much. Run:
 * TS_NODE_PROJECT=tsconfig.dev.json node scripts/node24.js -r ts-node/register bench/sla-week.ts [conversations, default 100000]
 */
import { weekOfPromises } from '../test/unit/sla/support/weekOfPromises';

const MONDAY = '2026-10-21T22:00:00.000Z';
const LIMIT = 3;

async function main(conversations: number): Promise<void> {
	const perStep: number[] = [];
	let wrong = 0;
	for (const count of [conversations / 10, conversations]) {
		const begin = performance.now();
		const { counts, missed, wrongly, twice, steps } = await weekOfPromises(MONDAY, count);
		perStep.push((performance.now() - begin) / steps);
		wrong += missed.length + wrongly.length + twice.length;
		console.log(
			`${count} conversations, ${steps} steps: ${missed.length} missed, ${wrongly.length} raised wrongly, ${twice.length} twice`,
		);
		console.table(counts);
	}
	const ratio = perStep[1]! / perStep[0]!;
	console.log(`A step costs ${ratio.toFixed(2)} times as much (limit ${LIMIT})`);
	if (wrong > 0 || ratio > LIMIT) process.exitCode = 1;
}

void main(Number(process.argv[2] ?? 100_000));
