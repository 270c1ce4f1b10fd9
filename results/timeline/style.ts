export const style = `
.timeline { font: 14px/1.45 system-ui, sans-serif; color: #222; max-width: 100%; }
.timeline h1 { font-size: 1.15rem; margin: 0.5rem 0; }
.timeline .controls { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin: 0.5rem 0; }
.timeline button, .timeline select { font: inherit; padding: 0.25rem 0.7rem; border: 1px solid #888; border-radius: 4px; background: #fff; color: #222; }
.timeline button:focus-visible, .timeline select:focus-visible, .timeline .stage:focus-visible { outline: 3px solid #0072b2; outline-offset: 1px; }
.timeline .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; list-style: none; padding: 0; margin: 0.5rem 0; font-size: 12px; }
.timeline .legend span { display: inline-block; width: 14px; height: 10px; margin-right: 5px; border: 1px solid #8886; }
.timeline .legend b { font-weight: 400; }
.timeline .stage { position: relative; overflow: hidden; border: 1px solid #ccc; cursor: crosshair; touch-action: pan-y; }
.timeline .stage canvas, .timeline .stage svg { position: absolute; left: 0; top: 0; }
.timeline .axis text { font-size: 11px; }
.timeline .now { stroke: #d55e00; stroke-width: 1.5; }
.timeline .figures { position: sticky; bottom: 0; background: #fff; border-top: 1px solid #ccc; padding: 0.3rem 0; }
.timeline .told { min-height: 2.9em; margin: 0; }
.timeline .state { color: #555; margin: 0; min-height: 1.45em; }
@media print {
  .timeline .controls { display: none; }
  .timeline { break-inside: avoid; }
  .timeline .legend span { print-color-adjust: exact; }
  .timeline .stage { height: auto !important; }
  .timeline .stage canvas { position: static; display: block; width: auto !important; height: auto !important; max-width: 100%; max-height: 210mm; }
  .timeline .stage svg { max-width: 100%; max-height: 210mm; }
  .timeline .figures { position: static; }
  .timeline .told:empty { min-height: 0; }
}
`;
