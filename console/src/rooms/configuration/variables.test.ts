import { describe, expect, it } from 'vitest';
import { linesOf, variablesOf } from './variables';

describe('a configuration file', () => {
  it('names its variables once each, and none of what stands for itself', () => {
    expect(variablesOf('secret: ${KIRO_A}\nnotes: "$${NOT_ONE} ${B_2}${KIRO_A} ${1X} $C"')).toEqual(['KIRO_A', 'B_2']);
  });

  it('is refused by lines', () => {
    expect(linesOf({ 'text:12': ['b'], 'text:3': ['a'], text: ['whole'] })).toEqual([{ line: 0, texts: ['whole'] }, { line: 3, texts: ['a'] }, { line: 12, texts: ['b'] }]);
  });
});
