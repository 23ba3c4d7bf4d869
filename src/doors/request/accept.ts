// Content negotiation by `Accept` for a handful of types (RFC 9110, 12.5.1).

/** The offered type that the caller prefers; the first if it does not say. */
export function preferredType<Type extends string>(accept: string | null, offered: readonly [Type, ...Type[]]): Type {
	if (accept === null || accept === "*/*") return offered[0];
	const preferences = accept.split(",").map((part) => {
		const [range = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
		const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
		return { range, quality: Number.isFinite(quality) ? quality : 0 };
	});
	const qualityOf = (type: Type): number => {
		const ranges = [type, `${type.split("/")[0]}/*`, "*/*"];
		return (
			ranges
				.map((range) => preferences.find((preference) => preference.range === range)?.quality)
				.find((quality) => quality !== undefined) ?? 0
		);
	};
	return offered.toSorted((a, b) => qualityOf(b) - qualityOf(a))[0] ?? offered[0];
}
