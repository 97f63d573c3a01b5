// Command verify-go checks a downloaded audit log with the libraries of Go's
// checksum database, which know nothing of this project: the note is opened by
// sumdb/note, and every hash is read through sumdb/tlog, which authenticates
// each tile against the root of the checkpoint.
//
//	verify-go <key> <directory>
//
// The directory holds the log's files as c2sp.org/tlog-tiles names them. Of a log
// that was shortened it holds minimum as well, the index of the first entry that
// is still there: of those before it the hashes are checked, which is all that is
// left of them.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: verify-go <key> <directory>")
		os.Exit(2)
	}
	size, minimum, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d entries are as they were signed\n", size-minimum)
	if minimum > 0 {
		fmt.Printf("of the %d before them only the hashes are left, which are as they were signed\n", minimum)
	}
}

func verify(key, directory string) (size, minimum int64, err error) {
	tree, err := openCheckpoint(key, directory)
	if err != nil || tree.N == 0 {
		return 0, 0, err
	}
	if minimum, err = minimumOf(directory, tree.N); err != nil {
		return 0, 0, err
	}
	hashes := tlog.TileHashReader(tree, tiles(directory))
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return 0, 0, err
	}
	if root != tree.Hash {
		return 0, 0, errors.New("the tiles do not hash to the root")
	}
	for first := int64(0); first < tree.N; first += 1 << height {
		leaves, err := leavesOf(first, min(1<<height, tree.N-first), hashes)
		if err == nil && first >= minimum {
			err = verifyBundle(directory, first, leaves)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	return tree.N, minimum, nil
}

// minimumOf is the first entry that is still there; entries go by whole bundles.
func minimumOf(directory string, size int64) (int64, error) {
	text, err := os.ReadFile(filepath.Join(directory, "minimum"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	minimum, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || minimum < 0 || minimum > size || minimum%(1<<height) != 0 {
		return 0, errors.New("the log does not begin at the end of a bundle")
	}
	return minimum, nil
}

func openCheckpoint(key, directory string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tree, err
	}
	text, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tree, errors.New("the note is not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tree, errors.New("the root is malformed")
	}
	copy(tree.Hash[:], root)
	return tree, nil
}

// leavesOf reads the hashes of entries; the reader vouches that they lead to the root.
func leavesOf(first, count int64, hashes tlog.HashReader) ([]tlog.Hash, error) {
	indexes := make([]int64, count)
	for at := range indexes {
		indexes[at] = tlog.StoredHashIndex(0, first+int64(at))
	}
	return hashes.ReadHashes(indexes)
}

func verifyBundle(directory string, first int64, leaves []tlog.Hash) error {
	path := pathOf(tlog.Tile{H: height, L: -1, N: first >> height, W: len(leaves)})
	bundle, err := os.ReadFile(filepath.Join(directory, path))
	if err != nil {
		return err
	}
	for at, leaf := range leaves {
		if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
			return fmt.Errorf("%s ends within an entry", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(bundle))
		if tlog.RecordHash(bundle[2:end]) != leaf {
			return fmt.Errorf("entry %d is not the one that was signed", first+int64(at))
		}
		bundle = bundle[end:]
	}
	if len(bundle) > 0 {
		return fmt.Errorf("%s goes on after its last entry", path)
	}
	return nil
}

// pathOf is the address of a tile in this log: Go's own names the height as well, and calls entries data.
func pathOf(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

type tiles string

func (directory tiles) Height() int { return height }

func (directory tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(wanted))
	for at, tile := range wanted {
		read, err := os.ReadFile(filepath.Join(string(directory), pathOf(tile)))
		if err != nil {
			return nil, err
		}
		data[at] = read
	}
	return data, nil
}

func (directory tiles) SaveTiles([]tlog.Tile, [][]byte) {}
