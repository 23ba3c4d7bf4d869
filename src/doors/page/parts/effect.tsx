// What a deletion does to the traffic: in a sentence, and as bars before and after.

import type { BindingSnapshot } from "../../../deletion/record/deletion.ts";
import type { Effect, Neighbour } from "../../../deletion/record/effect.ts";
import { boundOf, cellsOf, stretchesOf } from "../cells.ts";
import { listed, serviceWord } from "../words.ts";
import { Bars } from "./bar.tsx";

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
	const all = [...own, ...others];
	const cells = cellsOf(all.map(({ range }) => range));
	const before = { name: isDone ? "Before" : "Now", stretches: stretchesOf(cells, all), marked: binding.id };
	const after = { name: isDone ? "After" : "If deleted", stretches: stretchesOf(cells, others) };
	return (
		<figure class="effect">
			<figcaption>
				<EffectSentence binding={binding} effect={effect} isDone={isDone} />
			</figcaption>
			<Bars bars={isRestored ? [before, after, { ...before, name: "Restored" }] : [before, after]} />
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
