/** Each way in which a bundle is refused, with what to do about it. */
const sentences = {
  'bundle.not_found': 'This is not a diffusers folder, nor a packed bundle. Name the folder that holds model_index.json, or a file that `flux models pack` has written.',
  'bundle.family': 'This family of models is not supported. These are: Flux2KleinPipeline, FluxKontextPipeline.',
  'bundle.file_missing': 'A file is missing. Download the model again, or copy it whole.',
  'bundle.malformed': 'A file does not hold what its name says. Download the model again.',
  'bundle.weights': 'A file of weights is damaged or was cut off. Download it again.',
  'bundle.dtype': 'The weights are in a number format that is not supported. Take the repository with F32, F16 or BF16 weights.',
  'bundle.onnx': 'The exported graph cannot be used: it has ports, number types or operators that are not known here. docs/operate/models.md says which are; or take the repository with safetensors weights.',
  'bundle.not_finite': 'The weights hold values that are not finite numbers, so no picture could come out. Download the file again, or take another model.',
  'bundle.damaged': 'A file is not the one that was recorded. Remove the bundle and import it again.',
  'bundle.path': 'An entry is not a plain file below the bundle: links, devices, absolute names and ".." are refused. Copy the folder with its links resolved: cp -rL.',
  'bundle.too_large': 'The bundle has more files, or larger ones, than any model of its family. Check where it comes from.',
  'bundle.manifest': 'bundle.json does not have the expected form. Import the model again with this version.',
  'bundle.renamed': 'The folder does not have the name of its bundle. Give it its name again.',
  'bundle.archive': 'The archive is damaged, was cut off or holds something else than the bundle. Copy it again.',
  'bundle.unsigned': 'The archive is not signed, so it is not opened. Pack it with `flux models pack`; a folder needs no signature.',
  'bundle.key_unknown': 'The archive is signed with a key that is not trusted here. Put the public key of whoever packed it, as <key id>.pem, into the folder of --keys or MODEL_KEYS.',
  'bundle.signature': 'The signature is not that of the archive: it was changed, or somebody else signed it. Do not use it.',
  'bundle.self_test': 'The model was copied but does not work: it could not be loaded, or made no picture. Download it again; if that does not help, it is not the model that its configuration describes.',
  'bundle.exists': 'A bundle of this name is installed already. Remove it first, or choose another name with --id.',
  'bundle.unknown': 'No bundle of this name is installed. `flux models list` shows those that are.',
  'bundle.id': 'A bundle is named by at most 64 lower-case letters, digits, dots and hyphens. Choose one with --id.',
  'bundle.busy': 'This bundle is being imported by another process. Wait until it is done.',
  'bundle.disk_full': 'There is not enough room in the models folder. Free some and run the same command again; what was copied is kept.',
} as const;

export type BundleErrorCode = keyof typeof sentences;

/** Why a bundle was refused. The message says what to do; `subject` is the file of the bundle, or the figure, that it is about. */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    readonly code: BundleErrorCode,
    readonly subject?: string,
    options?: ErrorOptions,
  ) {
    super(subject === undefined ? sentences[code] : `${subject}: ${sentences[code]}`, options);
  }
}
