// Lost bindings by prefix: as a table, and in the form that restores them.
import type { Lost, ToRestore } from "../../../deletion/restorations/mass-deletion.ts";
import type { Refilled } from "../form.ts";
import type { Viewer } from "../viewer.ts";
import { counted, serviceWord } from "../words.ts";
import { Confirm, Field } from "./form.tsx";
import { StateMark } from "./marks.tsx";
import { Table } from "./table.tsx";

interface RestoreFormProps {
	action: string;
	what: ToRestore;
	/** Names the list that is shown, so that nothing else is restored. */
	list: string;
	prefixCidr: PrefixCidr;
	viewer: Viewer;
	refill: Refilled;
}

/** null if it is not known. */
type PrefixCidr = (prefixId: string) => string | null;

export function RestoreForm({ action, what, list, prefixCidr, viewer, refill }: RestoreFormProps) {
	const { all, missing, restorable, outside } = what;
	const count = restorable.length;
	const button = count === all.length ? `Restore all ${count}` : `Restore ${count} of ${all.length}`;
	return (
		<div class="options">
			<Confirm
				summary={`${button}…`}
				action={action}
				back={action.replace(/\/restore$/, "")}
				viewer={viewer}
				button={button}
				isOpen={!refill.isEmpty}
			>
				<input type="hidden" name="key" value={crypto.randomUUID()} />
				<input type="hidden" name="list" value={list} />
				{refill.field("list").mistake !== null && (
					<p class="notice bad" role="alert">
						The list has changed since you opened this page. Nothing was restored. Check the list, and press again.
					</p>
				)}
				<p>
					This creates {counted(count, "binding")}, each with a new id. Traffic moves as unbind creates each binding,
					and settles within hours. Nothing is deleted.
					{count < missing - outside &&
						` More than ${count} can't be restored at once: restore the others after these.`}
				</p>
				<ul class="listed" tabindex={0} aria-label={`What will be created: ${counted(count, "binding")}`}>
					{byPrefix(restorable).map((group) => (
						<li>
							<PrefixName group={group} prefixCidr={prefixCidr} />
							<ul>
								{group.map(({ row }) => (
									<li>
										<code>{row.cidr ?? row.binding_id}</code> to {serviceWord(row.service_name)}
									</li>
								))}
							</ul>
						</li>
					))}
				</ul>
				<Field {...refill.field("reason")} label="Reason (goes on record)" maxlength={500} />
			</Confirm>
		</div>
	);
}

export const LostTable = ({ all, prefixCidr }: { all: readonly Lost[]; prefixCidr: PrefixCidr }) => (
	<Table
		caption="Bindings by prefix, in the order of their restoration"
		columns={[["Binding", "what"], ["Service"], ["State", "standing"], ["Deleted by", "who"]]}
		groups={byPrefix(all).map((group) => ({
			title: <PrefixName group={group} prefixCidr={prefixCidr} />,
			rows: group.map(({ row }) => [
				<a href={`/records/${row.id}`}>{row.cidr ?? row.binding_id}</a>,
				serviceWord(row.service_name),
				<StateMark state={row.state} />,
				row.door === "watch" && row.actor === "unknown" ? "nobody knows yet" : row.actor,
			]),
		}))}
	/>
);

/** The bindings of each prefix come together. */
const byPrefix = (all: readonly Lost[]): Lost[][] => [...Map.groupBy(all, ({ row }) => row.prefix_id).values()];

function PrefixName({ group, prefixCidr }: { group: readonly Lost[]; prefixCidr: PrefixCidr }) {
	const prefixId = group[0]?.row.prefix_id ?? "";
	return (
		<>
			<b>{prefixCidr(prefixId) ?? `Prefix ${prefixId}`}</b>
			{group.some(({ isDark }) => isDark) && <small class="dark"> has no binding left</small>}
		</>
	);
}
