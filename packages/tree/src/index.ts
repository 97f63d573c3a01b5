/**
 * The audit tree and everything needed to check it without us: RFC 6962 hashing, C2SP tiles, checkpoints and proofs. It computes
 * and decides; it must not read, store or send anything, and it brings no cipher: callers give it SHA-256 and Ed25519.
 */
export { type Canonical, canonicalJson } from './canonical-json.js';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.js';
export { type EntryProof, formatEntryProof, parseEntryProof } from './entry-proof.js';
export { GrowingTree, type Tile } from './growing-tree.js';
export { hashBytes, type Hashing, hashingWith, sameBytes, type Sha256, toHex } from './hashing.js';
export { proveConsistency, proveInclusion, type ReadTile, rootFromTiles, type TreeHead, verifyConsistency, verifyInclusion } from './proofs.js';
export { type ReceiptBody, type ReceiptFault, receiptHash, type ReceiptReport, receiptText, type SignedReceipt, signReceipt, verifyReceipt } from './receipt.js';
export { formatNoteKey, type NoteKey, openNote, parseNoteKey, type SignEd25519, signNote, type VerifyEd25519 } from './signed-note.js';
export { bundlesOf, entryBytesMax, packEntries, parseTilePath, type TileAt, tilePath, tilesOf, tileWidth, unpackEntries } from './tiles.js';
export { type LogFault, type LogReport, type LogSource, verifyLog } from './verify-log.js';
export { TreeError } from './tree-error.js';
