// Reports when the Ledger has committed, so that a kill can strike at that moment. A call made after a write leaves the
// object only once the write is on disk.

const writes = /^\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b/i;
let isWatched = false;
let isTold = false;

export function watchCommits(sql) {
	if (isWatched) return;
	isWatched = true;
	const prototype = Object.getPrototypeOf(sql);
	const { exec } = prototype;
	prototype.exec = function (query, ...given) {
		const cursor = exec.call(this, query, ...given);
		if (!isTold && writes.test(query)) tell();
		return cursor;
	};
}

/** Once for everything written in one turn. */
function tell() {
	isTold = true;
	queueMicrotask(() => {
		isTold = false;
		fetch("http://commit.chaos/").then(
			(response) => response.text(),
			() => {},
		);
	});
}
