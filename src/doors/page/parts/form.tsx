// Forms and their fields, each with its mistake beside it. A form says above its button what it does. What cannot be undone is
// behind a second step, which works without a script and has a way back.

import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";

interface FieldProps extends Omit<JSX.Attributes, "label" | "children"> {
	/** Its id too. */
	name: string;
	label: JSX.Children;
	mistake?: string | null;
}

export const Field = ({ label, mistake = null, ...input }: FieldProps) => (
	<p>
		<label for={input.name}>{label}</label>
		<input
			id={input.name}
			{...input}
			spellcheck="false"
			autocomplete={input.autocomplete ?? "off"}
			aria-invalid={mistake === null ? null : "true"}
			aria-describedby={mistake === null ? null : mistakeId(input.name)}
		/>
		<Mistake of={input.name} text={mistake} />
	</p>
);

const mistakeId = (name: string): string => `${name}-mistake`;

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

/** One press does it. */
export const Offer = ({ action, viewer, button, children }: OfferProps) => (
	<form method="post" action={action} class="offer">
		<FormToken viewer={viewer} />
		{children}
		<p>
			<button type="submit">{button}</button>
		</p>
	</form>
);

interface ConfirmProps extends OfferProps {
	summary: string;
	/** It cannot be undone. */
	isDangerous?: boolean;
	/** Starts open, for example after a refused attempt. */
	isOpen?: boolean;
	/** Where Cancel leads; the current page by default. */
	back?: string;
}

export const Confirm = ({ summary, action, viewer, button, children, ...options }: ConfirmProps) => (
	<details class={options.isDangerous ? "confirm dangerous" : "confirm"} open={options.isOpen}>
		<summary>{summary}</summary>
		<form method="post" action={action}>
			<FormToken viewer={viewer} />
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

/** Proves that the form came from unbind. */
export const FormToken = ({ viewer }: { viewer: Viewer }) => (
	<input type="hidden" name="form_token" value={viewer.formToken} />
);
