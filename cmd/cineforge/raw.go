package main

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"github.com/cineforge/cineforge/failure"
)

// rawValues makes the parser hand on the bytes of arguments and variables as they are. By
// itself it takes a text through JSON, which replaces what is not UTF-8: the name of another
// file.
func rawValues() []kong.Option {
	return []kong.Option{
		kong.KindMapper(reflect.String, kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
			text, err := popText(ctx)
			if err == nil {
				target.SetString(text)
			}
			return err
		})),
		kong.TypeMapper(reflect.TypeFor[map[string]string](), kong.MapperFunc(rawPair)),
	}
}

func popText(ctx *kong.DecodeContext) (string, error) {
	token, err := ctx.Scan.PopValue("string")
	if err != nil {
		return "", err
	}
	return fmt.Sprint(token.Value), nil
}

// rawPair takes in one key and its value.
func rawPair(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := popText(ctx)
	if err != nil {
		return err
	}
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf(`expected "<key>=<value>" but got %q`, text)
	}
	if target.IsNil() {
		target.Set(reflect.MakeMap(target.Type()))
	}
	target.SetMapIndex(reflect.ValueOf(key), reflect.ValueOf(value))
	return nil
}

// isText returns an error if a value that is stored as text is none.
func isText(what, value string) error {
	if utf8.ValidString(value) {
		return nil
	}
	return usage(failure.New(failure.Input, what+" isn't UTF-8 text", "set the terminal to UTF-8, or convert the value with iconv"))
}

// A config file is YAML, which is UTF-8. Bytes in it that are not, such as those of a path,
// go through the YAML reader as characters of their own: rawMark and the byte.
const rawMark = 0x10FF00

// marked reports whether a character stands for a byte, or could be taken for one.
func marked(r rune) bool { return r >= rawMark && r <= rawMark|0xFF }

// markBytes returns text as UTF-8 from which unmarkBytes makes the same text.
func markBytes(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r == utf8.RuneError && size == 1 || marked(r) {
			for i := range size {
				b.WriteRune(rawMark | rune(rest[i]))
			}
		} else {
			b.WriteString(rest[:size])
		}
		rest = rest[size:]
	}
	return b.String()
}

// unmarkBytes undoes markBytes.
func unmarkBytes(text string) string {
	var b strings.Builder
	for _, r := range text {
		if marked(r) {
			b.WriteByte(byte(r & 0xFF)) //nolint:gosec // it is masked
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
