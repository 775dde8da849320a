/** The page's own style: two colours and greys, in the reader's choice of light or dark. */
export const style: string = `
:root { color-scheme: light dark; --page: #fcfcfa; --ink: #22241f; --soft: #6b6e66; --line: #e3e4de; --now: #2f6db5; --bar: #8fb4dd; --tail: #b8582a; --before: #4c4f48; }
@media (prefers-color-scheme: dark) { :root { --page: #171916; --ink: #e6e7e1; --soft: #9a9d94; --line: #31342e; --now: #86b6ea; --bar: #3d6596; --tail: #e59a6c; --before: #c9cbc3; } }
body { margin: 0 auto; max-width: 46rem; padding: 3rem 1.5rem 5rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; font-weight: 600; margin: 0 0 .2rem; }
h2 { font-size: 1.05rem; font-weight: 600; margin: 2.6rem 0 .4rem; }
h3 { font-size: .9rem; font-weight: 600; margin: 1.2rem 0 .2rem; }
p { margin: .2rem 0; }
.soft, caption { color: var(--soft); }
.notice { border-left: 3px solid var(--tail); padding-left: .8rem; margin: 1rem 0; }
dl.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: 1.2rem; margin: 1.8rem 0 0; }
dl.tiles div { border-top: 1px solid var(--line); padding-top: .5rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; font-size: 1.35rem; }
dd small { display: block; font-size: .8rem; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
.wide { overflow-x: auto; }
th { font-weight: 500; color: var(--soft); text-align: right; }
td { text-align: right; white-space: nowrap; }
th, td { padding: .3rem 0 .3rem .8rem; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.ratio td { color: var(--soft); }
svg { display: block; width: 100%; height: auto; margin: .4rem 0; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
svg text.label, svg text.panel { fill: var(--ink); }
svg text.p99-label { fill: var(--tail); }
svg text.p50-label { fill: var(--now); }
.bar { fill: var(--bar); }
.before { fill: none; stroke: var(--before); stroke-width: 1.4; stroke-dasharray: 4 3; }
.grid { stroke: var(--line); }
.baseline, .tick { stroke: var(--soft); }
.marker { stroke: var(--ink); stroke-width: 1; }
.p50, .p99 { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.p50 { stroke: var(--now); }
.p99 { stroke: var(--tail); }
.key { display: inline-block; width: 1.6rem; height: .7rem; vertical-align: -.05rem; margin: 0 .3rem 0 0; background: var(--bar); }
.key.dashed { background: none; height: 0; border-top: 2px dashed var(--before); vertical-align: .25rem; margin-left: 1rem; }
`;
