import { DARK, LIGHT, themeVariables } from './theme.js'

/** The style sheet of a page: light and dark as the reader has it set, one column on a phone, plain on paper. */
export function pageStyle(): string {
  return `
:root{${themeVariables(LIGHT)}color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{${themeVariables(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 16px}
header{padding-top:24px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:22px;margin:40px 0 12px;padding-top:16px;border-top:2px solid var(--rule)}
h3{font-size:17px;margin:28px 0 8px}
p{margin:0 0 12px;max-width:75ch}
a{color:var(--link)}
a:focus-visible,button:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
nav ul,.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:0;padding:0}
nav{margin-top:16px}
nav a{display:inline-block;padding:4px 0}
summary{cursor:pointer;padding:6px 0;color:var(--link)}
small,.note,figcaption,.interval,caption{color:var(--muted)}
.note,figcaption{font-size:13px}
bdi,code{overflow-wrap:anywhere}
code{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
pre{margin:0;padding:12px;background:var(--panel);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.verdict{background:var(--panel);border-left:6px solid var(--muted);border-radius:6px;padding:14px 18px;margin:16px 0}
.verdict.for{border-color:var(--gain)}
.verdict.against{border-color:var(--loss)}
.verdict h2{border:0;margin:0 0 4px;padding:0;font-size:15px;font-weight:600;color:var(--muted)}
.verdict .sentence{font-size:20px;line-height:1.35;font-weight:600;margin:0 0 8px}
.verdict .card{margin:0;grid-template-columns:repeat(auto-fill,minmax(130px,1fr))}
.verdict .card>div{padding:2px 0}
.verdict ul,.list{margin:0 0 10px;padding-left:20px}
.flag{border:1px solid var(--rule);border-left:6px solid var(--loss);border-radius:6px;padding:10px 14px;margin:16px 0}
.flag ul{margin:4px 0 0;padding-left:20px}
.card{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px;margin:0 0 12px}
.card>div{background:var(--panel);border-radius:6px;padding:8px 12px;min-width:0}
.card dt{font-size:13px;color:var(--muted)}
.card dd{margin:0;font-variant-numeric:tabular-nums;font-weight:600;overflow-wrap:anywhere}
.card .wide{grid-column:1/-1}
.card .wide dd,.card .wide code{font-weight:400}
.columns{display:grid;grid-template-columns:minmax(0,1fr);gap:0 32px}
@media(min-width:860px){.columns{grid-template-columns:repeat(2,minmax(0,1fr))}}
.scroll{overflow-x:auto;margin:0 0 12px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-size:13px;padding:0 0 6px}
th,td{padding:5px 10px 5px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule);font-weight:400}
thead th{font-weight:600;vertical-align:bottom}
.num{text-align:right;white-space:nowrap;padding-left:10px}
td:last-child,th:last-child{padding-right:4px}
td.num .interval{display:block;font-size:12px;line-height:1.3}
caption span{display:inline-block;position:sticky;left:0;max-width:min(75ch,calc(100vw - 34px))}
th[scope=row]{position:sticky;left:0;background:var(--page)}
thead .num{white-space:normal}
td.words,th.words,td.why,th.why{padding-left:10px}
.has-below th,.has-below td{border-bottom:0;padding-bottom:0}
.below td{padding-top:0}
.below bdi{display:block;position:sticky;left:0;width:fit-content;max-width:min(75ch,calc(100vw - 34px));overflow-wrap:anywhere;color:var(--muted)}
th bdi,.words bdi,th time{white-space:nowrap;overflow-wrap:normal}
.why bdi{overflow-wrap:break-word}
.card .twice{grid-column:span 2}
.card .twice small{display:block;font-weight:400}
tr.total th,tr.total td{font-weight:600}
.why{min-width:260px}
.gain{color:var(--gain)}
.loss{color:var(--loss)}
td[class*=heat]{border:2px solid var(--page)}
td[class*=heat] .gain,td[class*=heat] .loss{color:var(--ink)}
${['gain', 'loss'].flatMap((tone) => [1, 2, 3].map((step) => `.heat-${tone}-${step}{background:var(--${tone}-${step})}`)).join('\n')}
.bars td.bar{width:38%;min-width:70px;padding:0 0 0 10px;vertical-align:middle}
svg.bar{display:block;width:100%;height:22px}
svg.bar .gain{fill:var(--strategy)}
svg.bar .loss{fill:var(--strike)}
figure{margin:0 0 24px;position:relative}
figure h4{font-size:15px;margin:16px 0 0}
figure button{font:inherit;font-size:13px;color:var(--ink);background:var(--panel);border:1px solid var(--rule);border-radius:6px;padding:5px 10px;margin:0 0 8px;cursor:pointer}
figure button[aria-pressed=true]{border-color:var(--link);color:var(--link)}
.keys{display:flex;flex-wrap:wrap;gap:2px 18px;margin:4px 0;padding:0;list-style:none;font-size:13px}
.keys li::before{content:"";display:inline-block;width:16px;height:3px;margin-right:6px;vertical-align:middle;background:var(--strategy)}
.keys li.holding::before{background:var(--holding)}
.legend{font-size:13px;color:var(--muted)}
.swatch{width:14px;height:14px;vertical-align:-2px}
.shapes{position:absolute;width:0;height:0}
.plot{display:grid;grid-template-columns:64px minmax(0,1fr);height:260px}
.plot>svg{width:100%;height:100%;overflow:visible}
.plot .lines{width:100%;height:100%;overflow:hidden}
.plot path{fill:none;vector-effect:non-scaling-stroke}
.plot .grid{stroke:var(--rule);stroke-width:1}
.plot .line{stroke-width:1.5;stroke:var(--strategy)}
.plot .line.holding{stroke:var(--holding)}
.plot .strike{stroke:var(--strike);stroke-width:1.5}
.plot .band{fill:var(--loss-2)}
.mark{fill:var(--strike);stroke:var(--strike);stroke-width:1}
.mark.expired{fill:var(--page);stroke-width:1.5}
.mark.bought-back{stroke-width:1.5}
.tick text{font-size:12px;fill:var(--muted);paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}
.tick .middle{text-anchor:middle}
.tick .end{text-anchor:end}
.told{min-height:1.5em;font-size:13px;color:var(--muted);text-align:center;margin:0}
.live .u-legend{font-size:13px;width:auto}
.live .u-legend th,.live .u-legend td{border:0;padding:2px 4px}
.live .u-select{display:none}
footer{padding:24px 16px 40px;font-size:13px;color:var(--muted)}
@media screen{.is-live .plot,.is-live .keys{display:none}}
@media print{.live,.told,figure button,nav{display:none}body{font-size:11px}h2{break-after:avoid}figure,.verdict,tr{break-inside:avoid}.scroll{overflow:visible}.why{min-width:0}a{color:inherit}.verdict,.card>div,td[class*=heat],svg{print-color-adjust:exact}}
@media(max-width:480px){body{font-size:14px}th,td{font-size:13px;padding-right:4px}.num{padding-left:4px}td.num .interval{white-space:normal}.bars td.bar{width:30%}.verdict .sentence{font-size:18px}}
`
}
