// A change behind a second step that works without a script: once opened, it says what will happen and shows the button and
// a way back.
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";

interface Confirmation {
	summary: string;
	action: string;
	viewer: Viewer;
	/** The button's label: what it does. */
	button: string;
	/** It cannot be undone. */
	isDangerous?: boolean;
	/** Starts open, for example after a refused attempt. */
	isOpen?: boolean;
	/** Where Cancel leads; the current page by default. */
	back?: string;
	children: JSX.Children;
}

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
