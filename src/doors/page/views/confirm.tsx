// A change behind a second step, which works without a script: opened, it says what will be done, and only then has a
// button, and a way back.
import type { JSX } from "../jsx-runtime.ts";
import type { Viewer } from "../viewer.ts";

interface Confirmation {
	summary: string;
	action: string;
	viewer: Viewer;
	/** Names what it does. */
	button: string;
	/** It cannot be undone. */
	isDangerous?: boolean;
	/** Begins opened, as where it was sent in vain. */
	isOpen?: boolean;
	/** The page without this step; the one that is shown where nothing else is said. */
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
