import type { Entry } from '../../lexicon.js';

/** Courtesy, exclusions, joints between clauses, prepositions, and verbs that mean little by themselves. */
export const connections: readonly Entry[] = [
  {
    means: { is: 'filler' },
    say: `please | kindly | thanks | thank you | hi | hello | hey | can you | could you | would you | will you | can/could we | let's | let us | i want | i want you to | i want to | i would like | i would like you to
      | i would like to | i'd like | i'd like to | i'd like you to | i need | i need you to | i need to | i wish | for me | now | just | simply | maybe | perhaps | go ahead and | would you mind
      | a | an | the | this | that | these | those | my | our | its | of | some | look | looking | appear | to look | to be | be | is | overall | nice | nicely | should | should be | should look | needs | needs to be | must be | ought to be`,
  },
  {
    means: { is: 'filler' },
    say: `it | them | (the/this/that/my/our) (whole/entire/full/original/uploaded/attached) picture/photo/image/photograph/pic/shot/snapshot | everything | the whole thing | around it | around (the/this) picture/photo/image | to/on/in/of it
      | in/of (the/this/my) (whole/entire) picture/photo/image | the picture's/photo's/image's`,
  },
  {
    means: { is: 'exclusion' },
    say: `not | don't | dont | doesn't | do not | never | no | none | neither | nor | without | except | except for | excepting | excluding | exclude | apart from | aside from | other than | besides | unless | only | solely
      | exclusively | instead | instead of | rather than | avoid | isn't | aren't | shouldn't | won't | can't | cannot | mustn't | nothing | leave | leaving | preserve | preserving | protect | protecting | spare | ignore
      | ignoring | skip | but keep/keeping | but leave | while keeping | keeping | keep as is | untouched | unchanged | unaffected | intact | as is | as it is | as they are | as it was | alone | same | save for | bar | barring | outside | anything but
      | everything but | all but | undo | revert | until | if | when`,
  },
  { means: { is: 'break', hard: false }, say: ', | and | & | also | and also | plus | as well as | but | but also | — | while | as well | too | along with | together with' },
  {
    means: { is: 'break', hard: true },
    say: '; | . | ! | ? | then | and then | , then | after that | afterwards | after which | next | and next | finally | and finally | lastly | and lastly | first | firstly | first of all | secondly | thirdly | followed by | to begin/start with',
  },
  { means: { is: 'filler' }, say: '( | ) | :' },
  { means: { is: 'role', role: 'by' }, say: 'by' },
  { means: { is: 'role', role: 'to' }, say: 'to | into | onto | as | until it is | to about | towards | toward | to become' },
  { means: { is: 'role', role: 'from' }, say: 'from | off | off of | from off | away from' },
  { means: { is: 'role', role: 'with' }, say: 'with | using | filled with | made of | in the colour/color' },
  { means: { is: 'role', role: 'in' }, say: 'in | on | at | within | inside | across | over | around | along | for | on to | around the edges' },
  { means: { is: 'verb', verb: 'make' }, say: 'make | making | get | render' },
  { means: [{ is: 'verb', verb: 'make' }, { is: 'verb', verb: 'add' }], say: 'give | give it' },
  { means: [{ is: 'verb', verb: 'turn' }, { is: 'verb', verb: 'rotate' }], say: 'turn | turning' },
  { means: { is: 'verb', verb: 'turn' }, say: 'convert | transform | change to | switch' },
  { means: { is: 'verb', verb: 'apply' }, say: 'apply | use | do | perform | run' },
  { means: { is: 'verb', verb: 'set' }, say: 'set | adjust | change | correct | fix | modify' },
  { means: [{ is: 'verb', verb: 'add' }, { is: 'direction', sign: 1, how: 'strengthen' }], say: 'add | adding | put' },
  { means: { is: 'verb', verb: 'replace' }, say: 'replace | recolour | recolor | colour | color' },
  { means: { is: 'verb', verb: 'match' }, say: 'copy' },
  { means: { is: 'verb', verb: 'shift' }, say: 'shift | bring | pull' },
  { means: { is: 'mask' }, say: '(the/this) selection/mask | (the/this) selected/masked/brushed/marked/painted area/part/region/zone | here' },
];
