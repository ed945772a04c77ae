/** What a `User-Agent` says to people: "Firefox, Linux". Null when it says nothing known. */
export function deviceOf(agent: string | null | undefined): string | null {
  if (agent === null || agent === undefined || agent === '') {
    return null;
  }

  // The order matters: nearly all say that they are Safari, and most that they are Chrome.
  const browsers: [RegExp, string][] = [[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrom(e|ium)\//, 'Chrome'], [/Safari\//, 'Safari'], [/curl\//, 'curl']];
  const systems: [RegExp, string][] = [[/Windows/, 'Windows'], [/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux|X11/, 'Linux']];
  const of = (known: [RegExp, string][]) => known.find(([mark]) => mark.test(agent))?.[1];
  const said = [of(browsers), of(systems)].filter((part) => part !== undefined);
  return said.length === 0 ? null : said.join(', ');
}
