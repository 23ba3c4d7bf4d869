// What a deletion does to the traffic: in a sentence, and drawn, before and after.
import type { BindingSnapshot } from "../../../deletion/deletion.ts";
import type { Effect, Neighbour } from "../../../deletion/effect.ts";
import { boundOf, cellsOf, stretchesOf } from "../cells.ts";
import { Bar } from "./bar.tsx";

interface EffectProps {
	binding: BindingSnapshot;
	effect: Effect;
	/** Whether it has come about. */
	isDone: boolean;
}

export function EffectFigure({ binding, effect, isDone }: EffectProps) {
	const { falls_back_to: heir, unaffected, beside = [], without_service: orphans } = effect;
	const others = [...(heir === null ? [] : [heir]), ...unaffected, ...beside].flatMap(boundOf);
	const own = boundOf(binding);
	const cells = cellsOf([...own, ...others].map(({ range }) => range));
	const goes = isDone ? "went" : "would go";
	const service = binding.service_name ?? "no service";
	return (
		<figure class="effect">
			<figcaption>
				{heir !== null && (
					<>
						The traffic of <b>{binding.cidr}</b> {goes} from {service} to <b>{heir.service_name ?? "no service"}</b>, by{" "}
						{heir.cidr}.{" "}
					</>
				)}
				{heir === null && orphans.total > 0 && (
					<>
						<b>No service</b> {isDone ? "took over" : "would take over"} the traffic of{" "}
						{listed(orphans.cidrs, orphans.total)}.{" "}
					</>
				)}
				{heir === null && orphans.total === 0 && <>More specific bindings cover all of {binding.cidr}. </>}
				{unaffected.length > 0 && <>More specific, and so not touched: {listed(unaffected.map(told))}.</>}
			</figcaption>
			<div class="bars" aria-hidden="true">
				<span>Before</span>
				<Bar stretches={stretchesOf(cells, [...own, ...others])} marked={binding.id} />
				<span>After</span>
				<Bar stretches={stretchesOf(cells, others)} />
			</div>
		</figure>
	);
}

const told = ({ cidr, service_name }: Neighbour): string => `${cidr} (${service_name ?? "no service"})`;

const listedAtMost = 8;

function listed(items: readonly string[], total = items.length): string {
	const more = total - Math.min(items.length, listedAtMost);
	return `${items.slice(0, listedAtMost).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
