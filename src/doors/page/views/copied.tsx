// An id or CIDR with a Copy button, which the script shows and runs.

export const Copied = ({ text, what }: { text: string; what: string }) => (
	<span class="copied">
		<code>{text}</code>{" "}
		<button type="button" class="quiet" data-copy={text} aria-label={`Copy the ${what}`} hidden>
			Copy
		</button>
	</span>
);
