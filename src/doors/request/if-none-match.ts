// The version that a caller has already, as an earlier answer's ETag gave it.

export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;
