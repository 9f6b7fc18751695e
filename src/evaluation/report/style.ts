/** Looks of the page: light, and readable on a phone. */
export const STYLE = `
*{box-sizing:border-box}
body{
  font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  margin:0 auto;
  max-width:62rem;
  padding:2rem 1.1rem 4rem;
  color:#1d2730;
  background:#fff;
  -webkit-text-size-adjust:100%
}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 .4rem;letter-spacing:-.01em}
h2{font-size:1.3rem;margin:0 0 .6rem;letter-spacing:-.01em}
header p{margin:0;color:#56646f}
nav{display:flex;flex-wrap:wrap;gap:.4rem;margin:1rem 0 0}
nav a{
  color:#1d2730;
  text-decoration:none;
  font-size:.875rem;
  padding:.2rem .7rem;
  border:1px solid #d8dee3;
  border-radius:1rem
}
nav a:hover,nav a:focus-visible{border-color:#c2183c;color:#c2183c}
section{margin-top:2.6rem;padding-top:1.6rem;border-top:1px solid #d8dee3}
section p{max-width:46rem;margin:.5rem 0;color:#3c4a55}
.scroll{overflow-x:auto;margin:0 -1.1rem;padding:0 1.1rem}
table{
  border-collapse:collapse;
  font-size:.875rem;
  font-variant-numeric:tabular-nums;
  margin:1rem 0 1.4rem
}
caption,figcaption{text-align:left;font-weight:650;padding:.2rem 0 .4rem;color:#1d2730}
caption{position:sticky;left:0;max-width:calc(100vw - 2.2rem)}
th,td{
  padding:.32rem .7rem;
  text-align:right;
  border-bottom:1px solid #e8ecef;
  white-space:nowrap;
  font-weight:400
}
th:first-child{text-align:left;padding-left:.4rem;position:sticky;left:-1.1rem;background:#fff}
thead th{
  color:#56646f;
  font-weight:600;
  white-space:normal;
  vertical-align:bottom;
  border-bottom-color:#b9c3cb
}
tbody tr:hover>*{background:#f5f7f9}
tr.learned>*,tr.learned:hover>*{font-weight:700;background:#fdf1f3;color:#9d1030}
figure{margin:1.2rem 0;max-width:46rem}
svg{
  display:block;
  width:100%;
  min-width:32rem;
  height:auto;
  font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  fill:#3c4a55
}
.grid{stroke:#e3e8ec}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.8rem;color:#3c4a55}
.legend i{
  display:inline-block;
  width:.75rem;
  height:.75rem;
  border-radius:2px;
  margin-right:.35rem;
  vertical-align:-.06rem
}
footer{
  margin-top:2.6rem;
  padding-top:1rem;
  border-top:1px solid #d8dee3;
  color:#56646f;
  font-size:.875rem
}
code{background:#f2f5f7;padding:.1rem .3rem;border-radius:3px;overflow-wrap:anywhere}
@media (max-width:32rem){th:first-child{white-space:normal;min-width:9rem}th,td{padding:.32rem .5rem}}
@media print{nav{display:none}body{max-width:none}section{break-inside:avoid-page}}
`;
