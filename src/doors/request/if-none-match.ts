// The version that the caller already has, from an earlier answer's ETag.

export const versionIn = (ifNoneMatch: string | null): string | null =>
	/"([\w-]{1,60})"/.exec(ifNoneMatch ?? "")?.[1] ?? null;
