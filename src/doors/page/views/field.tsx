// A form field with its mistake beside it.
import type { JSX } from "../jsx-runtime.ts";

interface FieldProps extends Omit<JSX.Attributes, "label" | "children"> {
	id: string;
	name: string;
	label: string;
	mistake: string | null;
}

export const Field = ({ label, mistake, ...input }: FieldProps) => (
	<p>
		<label for={input.id}>{label}</label>
		<input
			{...input}
			spellcheck="false"
			autocomplete={input.autocomplete ?? "off"}
			aria-invalid={mistake === null ? null : "true"}
			aria-describedby={mistake === null ? null : mistakeId(input.id)}
		/>
		<Mistake of={input.id} text={mistake} />
	</p>
);

const mistakeId = (id: string): string => `${id}-mistake`;

export const Mistake = ({ of, text }: { of: string; text: string | null }) =>
	text === null ? null : (
		<span class="mistake" id={mistakeId(of)} role="alert">
			{text}
		</span>
	);
