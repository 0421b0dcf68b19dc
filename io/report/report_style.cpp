#include <io/report/report_sections.hpp>

namespace corvivo::io {

namespace {

/// Colours keep a contrast of at least 4.5 to 1 on their ground; widths from 390 px on; paper.
constexpr const char *style = R"css(
:root{--ink:#1b2430;--soft:#51606f;--line:#dde3e9;--ground:#f4f6f8;--card:#fff;--blue:#0b5394;--blue-soft:#cfe0f1;--good:#0a6b4f;--good-soft:#dff2ea;
--bad:#a61b1b;--bad-soft:#fbe4e2;--warn:#7a4b00;--warn-soft:#fdeecb}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif}
main{max-width:1240px;margin:0 auto;padding:0 24px 24px}
header{padding:28px 0 4px}
.brand{margin:0;font-weight:700;color:var(--blue);letter-spacing:.02em}
.brand span{font-weight:400;color:var(--soft)}
h1{font-size:1.9rem;line-height:1.2;margin:.15em 0 .2em;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:1.7em 0 .6em;line-height:1.3}
h3{font-size:1rem;margin:0 0 .35em;line-height:1.3}
h3.group{color:var(--soft);font-weight:600;font-size:.9rem;margin:1.1em 0 .5em}
p{margin:.4em 0}
code{font:.82em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);overflow-wrap:anywhere}
.small,.disclaimer{font-size:.875rem;color:var(--soft)}
.disclaimer{font-weight:600;color:var(--warn)}
.absent{margin-top:1.5em}
.facts{display:flex;flex-wrap:wrap;gap:6px 28px;margin:.8em 0 .3em}
.facts div{min-width:0}
.facts dt,.fine dt{font-size:.8rem;color:var(--soft)}
.facts dd{margin:0;font-weight:600}
.chip{display:inline-block;border-radius:10px;padding:0 .55em;font-size:.75rem;line-height:1.55;font-weight:600;white-space:nowrap;background:#e8ecf0;color:#36424f;vertical-align:1px}
.chip.assumed,.chip.near{background:var(--warn-soft);color:var(--warn)}
.chip.agrees{background:var(--good-soft);color:var(--good)}
.chip.differs{background:var(--bad-soft);color:var(--bad)}
.chip.missing{background:#e8ecf0;color:#36424f}
.alert,.notes{border-radius:8px;padding:.8em 1.1em;margin:1.2em 0}
.alert{background:var(--bad-soft);border-left:5px solid var(--bad)}
.notes{background:var(--warn-soft);border-left:5px solid #c98a12}
.alert h2,.notes h2{margin:0 0 .3em;font-size:1.05rem}
.alert ul,.notes ul,.plain{margin:.2em 0;padding-left:1.2em}
.card,.tile{background:var(--card);border:1px solid var(--line);border-radius:8px}
.card{padding:14px 16px;margin:0}
section>.card+.card{margin-top:12px}
.tiles{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(208px,1fr));gap:12px}
.tile{padding:12px 14px}
.tile h3{font-size:.875rem;font-weight:600;color:var(--soft);margin:0}
.value{font-size:1.65rem;font-weight:700;line-height:1.25;margin:.1em 0;font-variant-numeric:tabular-nums}
.value .unit,.value .sd{font-size:1rem;font-weight:400;color:var(--soft)}
.value.partial{font-size:1.4rem}
table .none{font-weight:400}
.value.none,.none{color:var(--soft);font-weight:400}
.value.none{font-size:1.1rem}
.ref{font-size:.8rem;color:var(--soft);margin:0}
.ref .in{color:var(--good)}.ref .out{color:var(--bad)}
.origin{font-size:.8rem;color:var(--soft);margin:.2em 0 0}
svg{display:block;max-width:100%;height:auto}
.range{width:100%;margin:4px 0}
.track{fill:#e3e8ed}.band{fill:#9fd3bd}.in{fill:var(--good)}.out{fill:var(--bad)}
.interval{fill:#8fb6dc}.point{fill:var(--blue);stroke:#fff;stroke-width:1.5}
.cut{stroke:#51606f;stroke-width:1.5}.cut.near{stroke:var(--bad);stroke-width:2}
text.near{fill:var(--bad);font-weight:600}
.plots{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px}
figure{margin:0}
figcaption{font-weight:600;font-size:.95rem;margin-bottom:4px}
svg.plot{width:100%}
.bullseye svg{max-width:460px}
svg text{fill:var(--ink);font-family:inherit}
svg .tick{font-size:12px;fill:#3f4c59}
svg .label{font-size:12.5px;fill:#3f4c59}
.grid{stroke:#e6eaee;stroke-width:1}.axis{stroke:#7c8894;stroke-width:1}
.marked{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.mark{stroke:#51606f;stroke-width:1;stroke-dasharray:2 3}
.curve{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:16px;align-items:start}
.score p{font-size:.925rem}
.score .warning{color:var(--warn);background:var(--warn-soft);border-radius:6px;padding:.45em .7em}
.score .value{font-size:1.9rem}
.scale{width:100%;margin:.4em 0}
.fine{margin:.6em 0 0;font-size:.875rem}
.fine div{display:grid;grid-template-columns:88px minmax(0,1fr);gap:8px;padding:.15em 0}
.fine dd{margin:0;overflow-wrap:anywhere}
details{margin-top:.6em}
details.card{margin:0 0 12px}
summary{cursor:pointer;font-weight:600;font-size:.925rem;color:var(--blue)}
summary:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.5em .7em;border-bottom:1px solid var(--line);vertical-align:top}
thead th{font-size:.8rem;color:var(--soft);border-bottom-color:#b9c3cc}
tbody tr:last-child>*{border-bottom:0}
tbody th{font-weight:600}
.num{text-align:right;white-space:nowrap}
table .sd,table .unit{color:var(--soft)}
.source{font-size:.8rem;font-weight:400;color:var(--soft)}
.results{margin-top:.5em;table-layout:fixed}
.results th:first-child{width:27%}.results th:nth-child(2){width:19%}.results th:nth-child(3){width:25%}
.bounds{width:132px;margin:2px 0 0 auto}
.halves{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;align-items:start}
.slices{display:grid;grid-template-columns:repeat(3,1fr);gap:4px}
.slices img{width:100%;display:block;border-radius:4px}
.swatch{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .35em 0 .9em;vertical-align:-1px}
.views{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;text-align:center}
.views img{width:100%;max-width:400px}
.frames{display:grid;grid-template-columns:repeat(4,1fr);gap:8px;text-align:center}
.frames img{width:100%;max-width:260px}
.colourbar{width:100%;max-width:560px;margin:8px auto 0}
.ecg{display:grid;grid-template-columns:repeat(4,1fr);gap:0;background:#fffafa;max-width:860px}
.ecg svg{width:100%}
.ecg .thin{stroke:#f6dcdc;stroke-width:.8;fill:none}.ecg .thick{stroke:#eebcbc;stroke-width:1.1;fill:none}
.ecg .trace{fill:none;stroke:#14181d;stroke-width:2.6;stroke-linejoin:round}
.ecg .mark{stroke:#0b5394;stroke-width:1.6;stroke-dasharray:6 5;fill:none}
.ecg .letter{font-size:20px;fill:#0b5394;text-anchor:middle}
.ecg .lead{font-size:22px;font-weight:700}
.times .bar{width:55%;vertical-align:middle}
.times .bar span{display:block;height:10px;min-width:2px;border-radius:3px;background:#8fb6dc}
.times th{font-weight:400}
.total>*{font-weight:700}
pre{overflow-x:auto;font:.8rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--ground);padding:.8em;border-radius:6px}
footer{max-width:1240px;margin:0 auto;padding:12px 24px 36px;font-size:.875rem;color:var(--soft)}
@media (max-width:900px){.plots,.halves{grid-template-columns:minmax(0,1fr)}}
@media (max-width:640px){
main{padding:0 14px 14px}footer{padding:8px 14px 28px}
h1{font-size:1.5rem}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.tile{padding:10px}
.tile .value{font-size:1.3rem}.tile .value .unit,.tile .value .sd{font-size:.9rem}
.tile .chip,.chip{white-space:normal}
.cards{grid-template-columns:minmax(0,1fr)}
.frames{grid-template-columns:1fr 1fr}
.views{grid-template-columns:1fr 1fr}.views figure:last-child{grid-column:1/-1}.views figure:last-child img{width:50%}
.ecg{grid-template-columns:1fr 1fr;padding:8px}
.card{padding:12px}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody,table.stack tr,table.stack th,table.stack td{display:block;width:auto!important}
table.stack tr{padding:.55em 0;border-bottom:1px solid var(--line)}
table.stack tr:last-child{border-bottom:0}
table.stack th,table.stack td{border:0;padding:.1em 0}
table.stack td{display:flex;justify-content:space-between;gap:14px;text-align:right;white-space:normal}
table.stack td:before{content:attr(data-label);color:var(--soft);text-align:left;flex:none}
table.stack td:empty{display:none}
table.stack td.words{display:block;text-align:left}
table.stack td.words:before{margin-right:.6em}
table.stack td.words:empty{display:none}
.bounds{width:96px}
}
@media print{
body{background:#fff;font-size:11pt}
main,footer{max-width:none;padding:0}
.card,.tile,figure,tr{break-inside:avoid}
h2,h3{break-after:avoid}
details.card{break-inside:auto}
.plots{grid-template-columns:repeat(3,minmax(0,1fr))}
pre{white-space:pre-wrap}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
)css";

} // namespace

std::string report_style() {
  return style;
}

} // namespace corvivo::io
