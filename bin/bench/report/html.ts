const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** A text as a page or an SVG shows it, whatever is in it. */
export function escapeHtml(text: string): string {
	return text.replaceAll(/[&<>"']/g, character => entities[character] ?? character);
}
