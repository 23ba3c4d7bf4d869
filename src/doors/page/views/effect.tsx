// What a deletion does to the traffic: in a sentence, and as bars before and after.

import type { BindingSnapshot } from "../../../deletion/record/deletion.ts";
import type { Effect, Neighbour } from "../../../deletion/record/effect.ts";
import { boundOf, cellsOf, stretchesOf } from "../cells.ts";
import { serviceWord } from "../words.ts";
import { Bar } from "./bar.tsx";

interface EffectProps {
	binding: BindingSnapshot;
	effect: Effect;
	/** Whether the deletion has happened. */
	isDone: boolean;
	/** Whether the binding was created again since. */
	isRestored?: boolean;
}

export function EffectFigure({ binding, effect, isDone, isRestored = false }: EffectProps) {
	const { falls_back_to: heir, unaffected, beside = [] } = effect;
	const others = [...(heir === null ? [] : [heir]), ...unaffected, ...beside].flatMap(boundOf);
	const own = boundOf(binding);
	const cells = cellsOf([...own, ...others].map(({ range }) => range));
	return (
		<figure class="effect">
			<figcaption>
				<EffectSentence binding={binding} effect={effect} isDone={isDone} />
			</figcaption>
			<div class="bars" aria-hidden="true">
				<span>{isDone ? "Before" : "Now"}</span>
				<Bar stretches={stretchesOf(cells, [...own, ...others])} marked={binding.id} />
				<span>{isDone ? "After" : "If deleted"}</span>
				<Bar stretches={stretchesOf(cells, others)} />
				{isRestored && (
					<>
						<span>Restored</span>
						<Bar stretches={stretchesOf(cells, [...own, ...others])} marked={binding.id} />
					</>
				)}
			</div>
		</figure>
	);
}

export function EffectSentence({ binding, effect, isDone }: EffectProps) {
	const { falls_back_to: heir, unaffected, without_service: orphans } = effect;
	return (
		<>
			{heir !== null && (
				<>
					The traffic of <b>{binding.cidr}</b> {isDone ? "went" : "would go"} from {serviceWord(binding.service_name)}{" "}
					to <b>{serviceWord(heir.service_name)}</b>, by {heir.cidr}.{" "}
				</>
			)}
			{heir === null && orphans.total > 0 && (
				<>
					<b>No service</b> {isDone ? "took over" : "would take over"} the traffic of{" "}
					{listed(orphans.cidrs, orphans.total)}.{" "}
				</>
			)}
			{heir === null && orphans.total === 0 && <>More specific bindings cover all of {binding.cidr}. </>}
			{unaffected.length > 0 && <>More specific, so not affected: {listed(unaffected.map(named))}.</>}
		</>
	);
}

const named = ({ cidr, service_name }: Neighbour): string => `${cidr} (${serviceWord(service_name)})`;

const listedAtMost = 8;

export function listed(items: readonly string[], total = items.length): string {
	const more = total - Math.min(items.length, listedAtMost);
	return `${items.slice(0, listedAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
