// The prefixes that changed, each as bars before and after.

import { parseCidr } from "../../../deletion/address/cidr.ts";
import type { PastBinding, PastChange, PastPrefix } from "../../../deletion/past.ts";
import { type Bound, boundOf, cellsOf, stretchesOf } from "../cells.ts";
import { counted } from "../words.ts";
import { Bars } from "./bar.tsx";

/** A page with more would be too long to read; the list names them all. */
const drawnAtMost = 50;

interface ChangedPrefixesProps {
	/** null if it is not known. */
	before: readonly PastPrefix[] | null;
	after: readonly PastPrefix[];
	changes: readonly PastChange[];
}

export function ChangedPrefixes({ before, after, changes }: ChangedPrefixesProps) {
	const all = [...Map.groupBy(changes, ({ binding }) => binding.prefixId)];
	const left = all.length - drawnAtMost;
	return (
		<>
			{all.slice(0, drawnAtMost).map(([prefixId, own]) => {
				const [was, is] = [before, after].map((prefixes) => prefixes?.find(({ id }) => id === prefixId));
				return (
					<PrefixFigure
						cidr={was?.cidr ?? is?.cidr ?? null}
						before={before && boundsOf(was?.bindings ?? [])}
						after={boundsOf(is?.bindings ?? [])}
						changes={own}
					/>
				);
			})}
			{left > 0 && <p class="notice">{left} more prefixes changed. The list below names their bindings.</p>}
		</>
	);
}

interface PrefixFigureProps {
	cidr: string | null;
	/** null if it is not known. */
	before: readonly Bound[] | null;
	after: readonly Bound[];
	changes: readonly PastChange[];
}

function PrefixFigure({ cidr, before, after, changes }: PrefixFigureProps) {
	const range = parseCidr(cidr ?? "");
	const bounds = [...(before ?? []), ...after].map((bound) => bound.range);
	const cells = cellsOf(range.ok ? [range.value, ...bounds] : bounds);
	// Outlined if it is the only one.
	const marked = changes.length === 1 ? changes[0]?.binding.id : undefined;
	const now = { name: "After", stretches: stretchesOf(cells, after), marked };
	return (
		<figure class="effect">
			<figcaption>
				<b>{cidr ?? "A prefix that left the account"}</b>: {counted(changes.length, "change")},{" "}
				{before !== null && `${before.length} bindings before and `}
				{after.length} after.
			</figcaption>
			<Bars bars={before === null ? [now] : [{ name: "Before", stretches: stretchesOf(cells, before), marked }, now]} />
		</figure>
	);
}

const boundsOf = (bindings: readonly PastBinding[]): Bound[] =>
	bindings.flatMap(({ id, cidr, serviceName }) => boundOf({ id, cidr: cidr ?? "", service_name: serviceName }));
