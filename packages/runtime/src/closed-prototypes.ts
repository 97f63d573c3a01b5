/** What all objects of a kind share. */
const shared: readonly { readonly prototype: object }[] = [Object, Array, Function, String, Number, Boolean, Promise, Map, Set, RegExp, Error, Uint8Array];

/**
 * Makes pollution of prototypes impossible from here on: nothing can be added to those that all objects share, and
 * `__proto__` is a name like any other. What a name of the input can then do is set a member of its own object. They are closed
 * and not frozen, because libraries give their objects members that are named as inherited ones, which a frozen prototype forbids.
 * Call it first, after everything was imported.
 */
export function closePrototypes(): void {
  Reflect.deleteProperty(Object.prototype, '__proto__');
  for (const { prototype } of shared) Object.preventExtensions(prototype);
}
