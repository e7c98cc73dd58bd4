"""Style sheet and script of the report; both go into the page as they are."""

CSS = """
:root{--ink:#1f2933;--muted:#52606d;--line:#e4e7eb;--paper:#fff;--ground:#f5f6f7;
--accent:#0b5c6b;--tint:#eef5f5;--warn:#8a4b06;--warn-ground:#fdf3e1}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-font-smoothing:antialiased}
main{max-width:1140px;margin:0 auto;padding:40px 28px 56px}
h1{font-size:32px;line-height:1.2;margin:2px 0 6px;font-weight:650;letter-spacing:-.015em;
overflow-wrap:anywhere}
h2{font-size:20px;margin:44px 0 14px;font-weight:650;letter-spacing:-.01em}
h3{font-size:16px;margin:0 0 4px;font-weight:650;overflow-wrap:anywhere}
p{margin:0 0 10px}
.eyebrow{color:var(--accent);font-size:13px;font-weight:650;letter-spacing:.08em;
text-transform:uppercase;margin:0}
.muted{color:var(--muted)}
.small{font-size:14px}
.badge{display:inline-block;background:var(--warn-ground);color:var(--warn);border:1px solid
#ecc984;border-radius:999px;padding:2px 12px;font-size:13px;font-weight:700;
letter-spacing:.08em;vertical-align:middle}
.panel{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:20px 22px}
.warning{background:var(--warn-ground);border:1px solid #ecc984;color:#5f3608;border-radius:8px;
padding:10px 14px;margin:0 0 16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:12px;
margin-top:22px}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:12px 16px}
.tile b{display:block;font-size:26px;line-height:1.25;font-weight:650;
font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:14px}
.tile small{display:block;color:var(--muted);font-size:12.5px}
.card{border-color:#b9d4d6;padding:0;overflow:hidden}
.card .top{display:grid;grid-template-columns:3fr 2fr;background:var(--tint);
border-bottom:1px solid #d4e4e5}
.card .top>div{padding:22px 26px}
.card .top>div+div{border-left:1px solid #d4e4e5}
.card .rest{padding:20px 26px}
.set-points{display:flex;flex-wrap:wrap;gap:8px 40px}
.label{color:var(--muted);font-size:14px;display:block}
.value{font-size:32px;font-weight:650;line-height:1.2;white-space:nowrap;
font-variant-numeric:tabular-nums}
.value small{font-size:17px;font-weight:500;color:var(--muted)}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(215px,1fr));gap:16px 28px;
margin:0}
dl.facts dt{color:var(--muted);font-size:14px}
dl.facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
dl.facts dd small{display:block;font-weight:400;color:var(--muted);font-size:13.5px}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:18px}
.grid .wide{grid-column:1/-1}
figure{margin:0;break-inside:avoid;min-width:0}
figure .plot{margin:6px -8px 0 -8px}
figcaption{color:var(--muted);font-size:14px;line-height:1.5}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 14px;padding:0;list-style:none;
font-size:14px;color:var(--muted)}
.key li{display:flex;align-items:center;gap:6px}
.key svg{width:16px;height:16px;flex:none}
.key.inner{margin:10px 0 -8px;font-size:13.5px}
.swatch{width:14px;height:4px;border-radius:2px;flex:none}
.modebar{opacity:0;transition:opacity .15s}.plot:hover .modebar{opacity:1}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--muted);font-weight:600;vertical-align:bottom;line-height:1.3}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}
.num{text-align:right;white-space:nowrap}
.nowrap{white-space:nowrap}
.why{min-width:220px;max-width:340px;overflow-wrap:anywhere}
.told{min-width:165px;overflow-wrap:anywhere}
.name{min-width:8em;max-width:240px;overflow-wrap:anywhere;hyphens:none}
th button{all:unset;cursor:pointer;font:inherit;color:inherit}
th button:hover,th button:focus-visible{color:var(--accent);text-decoration:underline}
th[aria-sort=ascending] button::after{content:" \\2191"}
th[aria-sort=descending] button::after{content:" \\2193"}
.outcome{display:inline-flex;align-items:center;gap:6px;white-space:nowrap}
.outcome svg{width:13px;height:13px;flex:none}
footer h2{color:var(--ink)}
footer{margin-top:44px;color:var(--muted);font-size:14px}
footer dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:12px 32px;
margin:0 0 22px}
footer dt{font-weight:650;color:var(--ink)}
footer dd{margin:0}
details summary{cursor:pointer;font-weight:600}
details .columns{columns:3 250px;column-gap:32px;margin-top:10px;font-size:13.5px}
details .columns div{break-inside:avoid;display:flex;justify-content:space-between;gap:12px;
border-bottom:1px solid var(--line);padding:3px 0}
details .columns span:last-child{text-align:right;overflow-wrap:anywhere}
@media screen and (max-width:820px){
main{padding:24px 14px 40px}.grid{grid-template-columns:minmax(0,1fr)}
.card .top{grid-template-columns:1fr}.card .top>div+div{border-left:0;border-top:1px solid
#d4e4e5}.panel{padding:16px 14px}.card{padding:0}h1{font-size:26px}.value{font-size:27px}
th,td{padding:7px 8px}}
@media print{@page{size:A4;margin:12mm}body{background:#fff}main{max-width:none;
padding:0 2px;zoom:.68}.panel,.tile{border-color:#ccc}.modebar{display:none!important}
h2,.key{break-after:avoid}
.card,tr{break-inside:avoid}figure .plot{margin:6px 0 0;min-height:0!important}
.plot .js-plotly-plot,.plot .plot-container{width:100%!important;height:auto!important}
.plot .svg-container{width:100%!important;height:auto!important;aspect-ratio:var(--shape)}
.plot .main-svg{width:100%!important;height:100%!important}.scroll{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""

SCRIPT = """
(function(){
 var plots=[].slice.call(document.querySelectorAll('.plot'));
 plots.forEach(function(place){
  var spec=JSON.parse(document.getElementById(place.dataset.figure).textContent);
  place.textContent='';
  Plotly.newPlot(place,spec.data,spec.layout,{responsive:true,displaylogo:false,displayModeBar:'hover',
   // Measurements stay in this file: no button that sends them away.
   showSendToCloud:false,plotlyServerURL:'',
   modeBarButtonsToRemove:['lasso2d','select2d','autoScale2d'],
   toImageButtonOptions:{format:'svg',filename:place.id}});
 });
 // Paper has another width than the screen: the drawings are scaled to it.
 window.addEventListener('beforeprint',function(){plots.forEach(function(place){
  var box=place.querySelector('.svg-container'),w=box.offsetWidth,h=box.offsetHeight;
  place.style.setProperty('--shape',w+'/'+h);
  place.querySelectorAll('.main-svg').forEach(function(svg){
   svg.setAttribute('viewBox','0 0 '+w+' '+h);});
 });});
 window.addEventListener('afterprint',function(){
  document.querySelectorAll('.main-svg').forEach(function(svg){svg.removeAttribute('viewBox');});
 });
 document.querySelectorAll('table.sortable th button').forEach(function(button){
  button.addEventListener('click',function(){
   var head=button.parentNode,table=head.closest('table'),body=table.tBodies[0];
   var up=head.getAttribute('aria-sort')!=='ascending',at=head.cellIndex;
   table.querySelectorAll('th').forEach(function(h){h.removeAttribute('aria-sort');});
   head.setAttribute('aria-sort',up?'ascending':'descending');
   [].slice.call(body.rows).map(function(row){
    var text=row.cells[at].dataset.sort,number=parseFloat(text);
    return {row:row,text:text,number:isNaN(number)?Infinity:number};
   }).sort(function(a,b){
    // Cells without a value stay at the end either way.
    if(!a.text||!b.text){return (a.text?0:1)-(b.text?0:1);}
    var by=isFinite(a.number)&&isFinite(b.number)?a.number-b.number
     :a.text.localeCompare(b.text);
    return up?by:-by;
   }).forEach(function(item){body.appendChild(item.row);});
  });
 });
})();
"""
