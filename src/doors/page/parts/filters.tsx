// The history's filters: as chips that can be inverted or removed, and a form that adds more.
import { doors } from "../../../deletion/record/actor.ts";
import { states } from "../../../deletion/record/deletion.ts";
import type { Condition, ConditionField } from "../../../deletion/record/row-conditions.ts";
import { addressOf, type PageFilter, parameterOf } from "../filter.ts";
import type { JSX } from "../jsx-runtime.ts";
import { doorWords, stateWords } from "../words.ts";

const fieldWords: Record<ConditionField, string> = {
	state: "state",
	service_name: "service",
	door: "door",
	actor: "by",
	prefix_id: "prefix",
	binding_id: "binding",
};

const presets = [
	["1h", "last hour"],
	["24h", "24 hours"],
	["7d", "7 days"],
	["30d", "30 days"],
] as const;

const isDay = (text: string | null): text is string => text !== null && /^\d{4}-\d\d-\d\d$/.test(text);

export const Filters = ({ filter }: { filter: PageFilter }) => (
	<search class="filters" aria-label="Filters">
		<Chips filter={filter} />
		<form method="get" action="/" data-tidy="">
			<Kept filter={filter} />
			<p class="line">
				<label for="q" class="unseen">
					Search
				</label>
				<input
					id="q"
					name="q"
					type="search"
					value={filter.text}
					maxlength={200}
					placeholder="CIDR, address, id, reason, actor or Ray id"
				/>
				<Choice name="state" label="State" values={states} words={stateWords} chosen={chosen(filter, "state")} />
				<Choice name="door" label="Door" values={doors} words={doorWords} chosen={chosen(filter, "door")} />
				<button type="submit">Filter</button>
			</p>
			<details class="plain">
				<summary>More</summary>
				<p class="line">
					<Input name="service" label="Service" list="services" />
					<datalist id="services">
						{services.map((service) => (
							<option value={service} />
						))}
					</datalist>
					<Input name="actor" label="By" />
					<Input name="prefix" label="Prefix id" />
					<Input name="binding" label="Binding id" />
					<Input name="since" label="From" type="date" value={isDay(filter.since) ? filter.since : null} />
					<Input name="until" label="To" type="date" value={isDay(filter.until) ? filter.until : null} />
				</p>
				<p class="hint">Put “-” before a value to leave it out. Days are in UTC.</p>
			</details>
		</form>
		<nav aria-label="Times" class="line">
			{presets.map(([since, words]) => (
				<a
					href={addressOf({ ...filter, since, until: null })}
					aria-current={filter.since === since && filter.until === null ? "true" : undefined}
				>
					{words}
				</a>
			))}
		</nav>
	</search>
);

/** Conditions that the form does not show but must keep. */
const Kept = ({ filter }: { filter: PageFilter }) => (
	<>
		{filter.conditions
			.filter(({ field }) => chosen(filter, field) === null)
			.map((condition) => (
				<input type="hidden" {...parameterOf(condition)} />
			))}
		{filter.since !== null && !isDay(filter.since) && <input type="hidden" name="since" value={filter.since} />}
		{filter.until !== null && !isDay(filter.until) && <input type="hidden" name="until" value={filter.until} />}
	</>
);

/** The value selected in a drop-down: the only condition on its field, if there is exactly one. */
function chosen({ conditions }: PageFilter, field: ConditionField): string | null {
	const [one, ...others] = conditions.filter((condition) => condition.field === field);
	return one === undefined || others.length > 0 || (field !== "state" && field !== "door")
		? null
		: parameterOf(one).value;
}

interface ChoiceProps<Value extends string> {
	name: string;
	label: string;
	values: readonly Value[];
	words: Record<Value, string>;
	chosen: string | null;
}

const Choice = <Value extends string>({ name, label, values, words, chosen }: ChoiceProps<Value>) => (
	<>
		<label for={name} class="unseen">
			{label}
		</label>
		<select id={name} name={name}>
			<option value="">Any {label.toLowerCase()}</option>
			{[
				["is", ""],
				["is not", "-"],
			].map(([how, mark]) => (
				<optgroup label={how}>
					{values.map((value) => (
						<option value={`${mark}${value}`} selected={chosen === `${mark}${value}`}>
							{mark === "" ? words[value] : `not ${words[value]}`}
						</option>
					))}
				</optgroup>
			))}
		</select>
	</>
);

/** Cloudflare's BYOIP services. Others can be typed. */
const services = ["CDN", "Spectrum", "Magic Transit"];

interface InputProps extends Omit<JSX.Attributes, "label" | "children"> {
	name: string;
	label: string;
}

const asTyped = { maxlength: 200, spellcheck: "false", autocomplete: "off" };

const Input = ({ name, label, type, ...input }: InputProps) => (
	<span>
		<label for={name}>{label}</label>
		<input id={name} name={name} type={type} {...input} {...(type === "date" ? {} : asTyped)} />
	</span>
);

function Chips({ filter }: { filter: PageFilter }) {
	const { conditions, text, since, until } = filter;
	const without = (one: Condition) => conditions.filter((other) => other !== one);
	const others = [
		{ name: "text", says: "with", value: text },
		{ name: "since", says: "since", value: since },
		{ name: "until", says: "until", value: until },
	];
	if (conditions.length === 0 && others.every(({ value }) => value === null)) return null;
	return (
		<ul class="chips" aria-label="Active filters">
			{conditions.map((one) => {
				const value = valueWords(one);
				const how = one.is ? "is" : "is not";
				return (
					<Chip
						text={`${fieldWords[one.field]} ${how} ${value}`}
						off={addressOf({ ...filter, conditions: without(one) })}
					>
						{fieldWords[one.field]}{" "}
						<a
							href={addressOf({ ...filter, conditions: [...without(one), { ...one, is: !one.is }] })}
							title={one.is ? "Change to: is not" : "Change to: is"}
						>
							{how}
						</a>{" "}
						<b>{value}</b>
					</Chip>
				);
			})}
			{others.map(
				({ name, says, value }) =>
					value !== null && (
						<Chip text={`${says} ${value}`} off={addressOf({ ...filter, [name]: null })}>
							{says} <b>{name === "since" ? sinceWords(value) : value}</b>
						</Chip>
					),
			)}
			<li>
				<a href="/">Clear all</a>
			</li>
		</ul>
	);
}

const sinceWords = (since: string): string => presets.find(([preset]) => preset === since)?.[1] ?? since;

const Chip = ({ text, off, children }: { text: string; off: string; children: JSX.Children }) => (
	<li class="chip">
		<span>{children}</span>{" "}
		<a href={off} aria-label={`Remove filter: ${text}`}>
			×
		</a>
	</li>
);

const words: Readonly<Record<string, string>> = { ...stateWords, ...doorWords };

const valueWords = ({ field, value }: Condition): string =>
	field === "state" || field === "door" ? (words[value] ?? value) : value;
