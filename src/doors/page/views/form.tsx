// Forms and their fields, each with its mistake beside it. A form says above its button what it does. What cannot be undone is
// behind a second step, which works without a script and has a way back.

import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";

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

interface OfferProps {
	action: string;
	viewer: Viewer;
	/** The button's label: what it does. */
	button: string;
	children: JSX.Children;
}

interface Confirmation extends OfferProps {
	summary: string;
	/** It cannot be undone. */
	isDangerous?: boolean;
	/** Starts open, for example after a refused attempt. */
	isOpen?: boolean;
	/** Where Cancel leads; the current page by default. */
	back?: string;
}

/** One press does it. */
export const Offer = ({ action, viewer, button, children }: OfferProps) => (
	<form method="post" action={action} class="offer">
		<input type="hidden" name="form_token" value={viewer.formToken} />
		{children}
		<p>
			<button type="submit">{button}</button>
		</p>
	</form>
);

export const Confirm = ({ summary, action, viewer, button, children, ...options }: Confirmation) => (
	<details class={options.isDangerous ? "confirm dangerous" : "confirm"} open={options.isOpen}>
		<summary>{summary}</summary>
		<form method="post" action={action}>
			<input type="hidden" name="form_token" value={viewer.formToken} />
			{children}
			<p class="line">
				<button type="submit">{button}</button>
				<a href={options.back ?? ""} data-cancel="">
					Cancel
				</a>
			</p>
		</form>
	</details>
);
