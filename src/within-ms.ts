/** Waits for the work, but no longer than that; then null, and the work goes on. */
export async function withinMs<Value>(ms: number, work: Promise<Value>): Promise<Value | null> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeUp = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	try {
		return await Promise.race([work, timeUp]);
	} finally {
		clearTimeout(timer);
	}
}
